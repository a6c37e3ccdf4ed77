// What a front-end developer does with stock supabase-js, against the real stack. Prints one JSON object of what was seen.

import { createClient } from "@supabase/supabase-js";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, WORKER_URL } = process.env;

async function signIn(email) {
  const client = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
  const { error } = await client.auth.signInWithPassword({ email, password: "palaver-demo" });
  if (error) throw error;
  return client;
}

function ok({ data, error, count }) {
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return count ?? data;
}

const seen = {};
const ada = await signIn("ada@acme.test");
const dan = await signIn("dan@globex.test");

seen.titles = ok(await ada.from("conversations").select("title").eq("is_archived", false).order("updated_at", { ascending: false }))
  .map((row) => row.title);
seen.count = ok(await ada.from("conversations").select("*", { count: "exact", head: true }));

const made = ok(await ada.from("conversations").insert({ title: "From the browser" }).select().single());
seen.made = { title: made.title, archived: made.is_archived };
const question = ok(
  await ada.from("messages").insert({ conversation_id: made.id, content: "Typed by hand" }).select().single());
seen.question = { role: question.role, content: question.content };

const forged = await ada.from("messages").insert({ conversation_id: made.id, role: "assistant", content: "Forged" });
seen.forged = forged.error?.code ?? "accepted";
const priced = await ada.from("messages").insert({ conversation_id: made.id, content: "x", token_count: 1 });
seen.priced = priced.error?.code ?? "accepted";

const { data: { session } } = await ada.auth.getSession();
const response = await fetch(`${WORKER_URL}/api/ai/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${session.access_token}`, "Content-Type": "application/json" },
  body: JSON.stringify({ message: "Hello from supabase-js", conversationId: made.id }),
});
const body = await response.text();
seen.streamed = { status: response.status, done: body.includes("event: done"), demonstration: body.includes("demonstration") };

const messages = ok(await ada.from("messages").select("id, role, content, model_used").eq("conversation_id", made.id)
  .order("created_at").order("id"));
seen.roles = messages.map((row) => row.role);
const answer = messages.at(-1);

for (const rating of [-1, 1]) {
  ok(await ada.from("feedback").upsert(
    { message_id: answer.id, rating, comment: "Via upsert" }, { onConflict: "tenant_id,message_id,user_id" }));
}
seen.summary = ok(await ada.from("message_feedback_summary").select("positive_count, negative_count, comment_count")
  .eq("message_id", answer.id).single());

seen.nested = ok(await ada.from("conversations").select("title, messages(role)").eq("id", made.id).single()).messages.length;

ok(await ada.from("conversations").update({ is_archived: true }).eq("id", made.id));
seen.live = ok(await ada.from("conversations").select("id").eq("is_archived", false)).some((row) => row.id === made.id);
const late = await ada.from("messages").insert({ conversation_id: made.id, content: "Too late" });
seen.late = late.error?.code ?? "accepted";

seen.today = ok(await ada.from("current_day_usage").select("request_count")).length > 0;
seen.months = ok(await ada.from("monthly_usage_summary").select("month, total_tokens, refreshed_at").order("month")).length > 0;

seen.days = ok(await ada.from("usage_by_day").select("day, requests, total_tokens, cost").order("day")).length > 0;
seen.totals = ok(await ada.rpc("usage_totals", { p_from: "2000-01-01", p_to: "2999-12-31", p_by: ["model"] })).length > 0;
seen.scopes = ok(await ada.from("usage_forecast").select("scope, tokens_today").order("scope")).map((row) => row.scope);
seen.hour = (await ada.rpc("usage_totals", { p_by: ["hour"] })).error ? "refused" : "accepted";
seen.csv = ok(await ada.from("usage_by_person").select("day, total_tokens").order("day").csv()).split("\n")[0];

seen.foreign = ok(await dan.from("conversations").select("id").eq("id", made.id)).length;
seen.foreignUpdate = ok(await dan.from("conversations").update({ title: "Mine" }).eq("id", made.id).select()).length;
seen.people = ok(await dan.from("users").select("email")).map((row) => row.email);

const prompt = ok(await ada.from("prompts").insert({
  name: "Into", text: "Translate into {{language}}: {{text}}", category: "Writing", tags: ["words"], visibility: "public",
  variables: { language: { default: "French" } },
}).select().single());
seen.prompt = { version: prompt.version, variables: prompt.variables, user: prompt.user_id };
ok(await ada.from("prompts").update({ text: "In {{language}}, please: {{text}}" }).eq("id", prompt.id));
seen.library = ok(await dan.from("prompts").select("name, version, prompt_versions(version, text)")
  .contains("tags", ["words"]).ilike("name", "int%").order("version", { referencedTable: "prompt_versions" }));
seen.filled = ok(await dan.rpc("fill_prompt", { p_prompt_id: prompt.id, p_values: { text: "Oak" } }));
const unfilled = await dan.rpc("fill_prompt", { p_prompt_id: prompt.id, p_values: { tongue: "French" } });
seen.unfilled = unfilled.error?.message.replace(/^PostgresError: /, "");
const started = ok(await dan.rpc("start_conversation", { p_prompt_id: prompt.id, p_values: { text: "Oak" } }));
seen.started = ok(await dan.from("conversations").select("title, prompt_version, messages(role, content)").eq("id", started.id).single());
seen.inserted = ok(await dan.from("conversations").insert({ prompt_id: prompt.id, prompt_values: { text: "Ash" } }).select().single())
  .prompt_values;
seen.uses = [ada, dan].map((client) => client.from("prompt_usage").select("version, uses").eq("prompt_id", prompt.id));
seen.uses = (await Promise.all(seen.uses)).map(ok);
seen.notTheirs = ok(await dan.from("prompts").update({ name: "Mine" }).eq("id", prompt.id).select()).length;

const stranger = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
seen.anon = (await stranger.from("conversations").select("id")).error?.code ?? "accepted";
seen.increment = (await ada.rpc("increment_usage_metrics", {
  p_tenant_id: made.tenant_id, p_user_id: made.user_id, p_prompt_tokens: 1, p_completion_tokens: 1,
})).error?.code ?? "accepted";

console.log(JSON.stringify(seen));
