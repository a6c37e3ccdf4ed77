// Runs what docs/configuration.md shows, block by block, in the order of the page. Prints one JSON object of what came of it.

import { readFileSync } from "node:fs";
import { createClient } from "@supabase/supabase-js";
import { load, mount } from "./use_chat.mjs";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, WORKER_URL: WORKER } = process.env;
const [page, source] = process.argv.slice(2);
const { useChat, DefaultChatTransport } = await load(7);
const supabase = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
const { data: { session: { access_token: accessToken } } } = await supabase.auth.signInWithPassword({ email: "ada@acme.test", password: "palaver-demo" });
const { data: people } = await supabase.from("users").select("id, tenant_id, email");
const person = people.find(({ email }) => email === "ben@acme.test");

const blocks = (language) => [...readFileSync(page, "utf8").matchAll(/```(\w+)\n(.*?)```/gs)]
  .filter((found) => found[1] === language).map((found) => found[2]);
const shown = [];
const show = (...what) => shown.push(what);

/** Ask as the page does, and give the id of the first suggestion. */
async function suggested(session) {
  const given = { useChat, DefaultChatTransport, session, accessToken, WORKER, show };
  const hook = new Function(...Object.keys(given), `${blocks("jsx")[0]}; return { messages, ask };`);
  const chat = await mount(() => hook(...Object.values(given)));
  await chat.now.ask();
  return (await chat.rendered()).messages[1].metadata.suggestions[0].id;
}

const [projects, schema, opening, accepting, searching] = blocks("js");
const body = `
  ${projects}; ${schema}; ${opening};
  const id = await suggested(session);
  ${accepting}; ${searching};
  await supabase.from("tenants").update({ configuration_schema: {} }).eq("id", tenantId);
  await supabase.from("projects").delete().eq("id", project.id);
  return { session: session.contextType, version: configurationVersion, patch: patch.length, edit: yamlEdit.diff, found: data?.[0]?.anchor };`;
const run = Object.getPrototypeOf(async () => {}).constructor;
const given = { supabase, accessToken, WORKER, person, tenantId: person.tenant_id, suggested, ...JSON.parse(source) };
const seen = await new run(...Object.keys(given), body)(...Object.values(given));
process.stdout.write(JSON.stringify({ ...seen, shown: shown.flat().filter((each) => typeof each === "string") }), () => process.exit(0));
