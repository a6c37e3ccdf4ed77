// Lists as a front-end developer asks for them with stock supabase-js: pages by key, totals on request, putting away and undoing.
// Prints one JSON object of what was seen.

import { createClient } from "@supabase/supabase-js";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY } = process.env;

async function signIn(email) {
  const client = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
  const { error } = await client.auth.signInWithPassword({ email, password: "palaver-demo" });
  if (error) throw error;
  return client;
}

function ok({ data, error, count }) {
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return count === null || count === undefined ? data : { rows: data, total: count };
}

/** Pages of a list in the order of a time and the id, each by the key of the row before it. */
async function* pages(list, column, ascending, size) {
  const [bound, beyond] = ascending ? ["gte", "gt"] : ["lte", "lt"];
  for (let last = null; ; ) {
    let query = list().order(column, { ascending }).order("id", { ascending }).limit(size);
    if (last) query = query[bound](column, last[column]).or(`${column}.${beyond}.${last[column]},id.${beyond}.${last.id}`);
    const rows = ok(await query);
    yield rows;
    if (rows.length < size) return;
    last = rows.at(-1);
  }
}

async function all(list, column, ascending, size) {
  const found = [];
  for await (const page of pages(list, column, ascending, size)) found.push(...page);
  return found;
}

const seen = {};
const emma = await signIn("emma@initech.test");
const ada = await signIn("ada@acme.test");

const made = [];
for (let n = 1; n <= 7; n += 1) {
  made.push(ok(await emma.from("conversations").insert({ title: `Talk ${n}`, metadata: { lists: true } }).select("id").single()).id);
}
const [first] = made;
ok(await emma.from("messages").insert([1, 2, 3, 4, 5, 6, 7].map((n) => ({ conversation_id: first, content: `Message ${n}` }))));

const ours = () => emma.from("conversation_overview").select("*").eq("is_archived", false).contains("metadata", { lists: true });
seen.newestFirst = (await all(ours, "updated_at", false, 3)).map((row) => row.title);
seen.oldestFirst = (await all(ours, "updated_at", true, 2)).map((row) => row.title);

const counted = ok(await emma.from("conversation_overview").select("title, message_count, total_tokens, cost, model", { count: "exact" })
  .eq("is_archived", false).contains("metadata", { lists: true }).order("updated_at", { ascending: false }).limit(1));
seen.counted = counted;

const messages = () => emma.from("messages").select("id, content, created_at").eq("conversation_id", first);
seen.fromTheBeginning = (await all(messages, "created_at", true, 3)).map((row) => row.content.at(-1)).join("");
seen.fromTheEnd = (await all(messages, "created_at", false, 3)).map((row) => row.content.at(-1)).join("");
seen.messages = ok(await emma.from("messages").select("id", { count: "exact", head: true }).eq("conversation_id", first)).total;

const listed = async (status) =>
  ok(await emma.from("conversation_overview").select("title").eq("status", status).contains("metadata", { lists: true })).length;
const move = async (what, id) => ok(await emma.rpc(`${what}_conversation`, { p_id: id }));
const deleted = await move("delete", first);
seen.deleted = { status: deleted.status, archived: deleted.is_archived };
await move("archive", made[1]);
seen.byStatus = { active: await listed("active"), archived: await listed("archived"), deleted: await listed("deleted") };
const { restorable_until: until } = ok(await emma.from("conversation_overview").select("restorable_until").eq("id", first).single());
seen.graceDays = Math.round((new Date(until) - new Date(deleted.deleted_at)) / 86_400_000);
seen.undone = (await move("restore", first)).status;
seen.unchanged = (await move("restore", first)).status;

const others = await ada.rpc("delete_conversation", { p_id: first });
seen.others = others.error?.message.endsWith("There is no such conversation.") ?? "deleted";

for (const id of made) await move("delete", id);
console.log(JSON.stringify(seen));
