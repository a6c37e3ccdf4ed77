// What a front end does with the configuration assistant: useChat of the major version given, fetch on the worker's routes and
// stock supabase-js on the tables. Prints one JSON object of what was seen.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { createClient } from "@supabase/supabase-js";
import { load, mount } from "./use_chat.mjs";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, WORKER_URL } = process.env;
const [major, source] = process.argv.slice(2);
const { useChat, DefaultChatTransport } = await load(major);

async function signIn(email) {
  const client = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
  const { data, error } = await client.auth.signInWithPassword({ email, password: "palaver-demo" });
  if (error) throw error;
  return [client, { Authorization: `Bearer ${data.session.access_token}` }];
}

function ok({ data, error }) {
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return data;
}

const [ada, headers] = await signIn("ada@acme.test");
const [dan] = await signIn("dan@globex.test");

async function worker(path, body) {
  const response = await fetch(`${WORKER_URL}/api/ai/${path}`, body === undefined ? { headers } : {
    method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

/** The document with a patch applied, as git does it. */
function patched(name, text, diff) {
  const directory = mkdtempSync(join(tmpdir(), "palaver-"));
  try {
    writeFileSync(join(directory, name), text);
    execFileSync("git", ["apply", "-"], { cwd: directory, input: diff });
    return readFileSync(join(directory, name), "utf8");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const seen = {};
const { yaml, configuration } = JSON.parse(source);
const slug = `desk-${major}`;
const project = ok(await ada.from("projects").insert({ slug, name: "Help desk", configuration, yaml, yaml_file: "desk.yaml" }).select().single());
ok(await ada.rpc("mark_project_synced", { p_project_id: project.id, p_configuration_version: 1, p_yaml_version: 1 }));
configuration.infrastructure.environments[0].replicas = 3;
const edit = () => ada.from("projects").update({ configuration }).eq("id", project.id).eq("configuration_version", 1).select("configuration_version");
// Of two who edit the same version one is too late.
seen.edits = [ok(await edit()), ok(await edit())].map((rows) => rows.length);

const session = await worker("conversations", { contextType: "project", project: slug });
seen.opened = ok(await ada.rpc("open_configuration_session", { p_project_id: project.id })).id === session.id;

const api = `${WORKER_URL}/api/chat`;
const open = (options) => mount(useChat, { id: session.id, transport: new DefaultChatTransport({ api, headers }), ...options });
const chat = await open();
const progress = (message) => (message?.parts ?? []).filter((part) => part.type === "data-progress").map(({ data }) => data);

const sent = chat.now.sendMessage({ text: "Why can't issues go from Review to Done?" });
await chat.until(({ messages }) => progress(messages[1]).some(({ state }) => state === "active"));
await sent;
const answer = (await chat.rendered()).messages[1];
const text = (message) => message.parts.filter((part) => part.type === "text").map((part) => part.text).join("");
seen.answer = text(answer);
seen.progress = progress(answer).map(({ step, state }) => `${step} ${state}`);
const { configReferences, documentationLinks, suggestions } = answer.metadata;
seen.cited = { configReferences, documentationLinks };
seen.suggested = suggestions.map(({ type, title, status }) => [type, title, status]);
// A page that is opened anew has the same.
const history = await (await fetch(`${api}/${session.id}/messages`, { headers })).json();
seen.reloaded = [history, ok(await ada.rpc("ui_messages", { p_chat: session.id }))].map(([, { metadata }]) =>
  isDeepStrictEqual([metadata.configReferences, metadata.documentationLinks, metadata.suggestions], [configReferences, documentationLinks, suggestions]));

await chat.now.sendMessage({ text: "Where do YAML and database differ?" });
const { comparisonResults } = (await chat.rendered()).messages[3].metadata;
seen.compared = comparisonResults.differences.map(({ path, yamlValue, dbValue, type, changedIn }) => [path, yamlValue, dbValue, type, changedIn]);

const listed = await worker(`conversations?contextType=project&projectId=${project.id}`);
seen.preview = listed.sessions.map(({ id, newestMessage }) => [id === session.id, newestMessage.role, newestMessage.text]);
const sessions = ok(await ada.from("configuration_sessions").select("id, project_slug, newest_message").eq("project_id", project.id));
seen.sessions = sessions.map((row) => [row.id === session.id, row.project_slug, row.newest_message.role]);

const [first, second, third] = suggestions;
const accepted = await worker(`suggestions/${first.id}/accept`, { version: 1 });
seen.accepted = [accepted.status, accepted.configurationVersion, accepted.yamlEdit.file];
const again = await worker(`suggestions/${first.id}/accept`, {});
seen.twice = [again.status, again.code];
const document = patched("desk.yaml", yaml, accepted.yamlEdit.diff);
seen.comments = yaml.split("\n").filter((line) => line.includes("#")).every((line) => document.split("\n").includes(line));
ok(await ada.from("projects").update({ yaml: document }).eq("id", project.id).eq("yaml_version", 1));
const { comparisons: [after] } = await worker(`conversations/${session.id}/configuration/differences`);
seen.after = [after.isSame, after.differences];

const rejected = ok(await ada.rpc("reject_suggestion", { p_suggestion_id: second.id, p_reason: "Not this year." }));
const taken = ok(await ada.rpc("accept_suggestion", { p_suggestion_id: third.id }));
const undone = ok(await ada.rpc("undo_suggestion", { p_suggestion_id: third.id }));
seen.decisions = [rejected.status, taken.status, undone.status];
const kept = ok(await ada.from("configuration_suggestions").select("*").eq("project_id", project.id).order("id"));
seen.kept = kept.map(({ status, reason }) => [status, reason]);
seen.forged = (await ada.from("configuration_suggestions").update({ status: "pending" }).eq("id", second.id)).error?.code ?? "accepted";
seen.revisions = ok(await ada.from("project_revisions").select("side, version, cause").eq("project_id", project.id).order("side").order("version"))
  .map(({ side, version, cause }) => `${side} ${version} ${cause}`);

const tables = ["projects", "project_revisions", "configuration_suggestions", "configuration_sessions"];
seen.stranger = await Promise.all(tables.map(async (table) =>
  ok(await dan.from(table).select("*").eq(table === "projects" ? "id" : "project_id", project.id)).length));
seen.strangers = [
  await dan.rpc("accept_suggestion", { p_suggestion_id: third.id }),
  await dan.rpc("open_configuration_session", { p_project_id: project.id }),
].map(({ error }) => error?.message.replace(/^PostgresError: /, "") ?? "accepted");

ok(await ada.from("projects").delete().eq("id", project.id));
process.stdout.write(JSON.stringify(seen), () => process.exit(0));
