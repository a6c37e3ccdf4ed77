// Sharing as a front-end developer does it with stock supabase-js: a link made, read by nobody in particular, listed, continued, revoked.
// Prints one JSON object of what was seen.

import { createClient } from "@supabase/supabase-js";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, WORKER_URL } = process.env;

function client() {
  return createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
}

async function signIn(email) {
  const signedIn = client();
  const { error } = await signedIn.auth.signInWithPassword({ email, password: "palaver-demo" });
  if (error) throw error;
  return signedIn;
}

function ok({ data, error }) {
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return data;
}

/** The status that a call answers with: where it is not ok, so is the HTTP status, and supabase-js calls it an error. */
const answer = async (call) => {
  const { data, error } = await call;
  return (data ?? error).status;
};

const owner = await signIn("ada@acme.test");
const stranger = await signIn("dan@globex.test");
const anybody = client();

const [talk] = ok(await owner.from("conversations").select("id, title").eq("status", "active").order("created_at").limit(1));
const share = (options) => owner.rpc("share_conversation", { p_conversation_id: talk.id, ...options });
const made = ok(await share({ p_may_continue: true }));
const locked = ok(await share({ p_is_live: true, p_password: "correct horse", p_expires_at: "2099-01-01T00:00:00Z" }));

const read = ok(await anybody.rpc("read_share", { p_token: made.token }));
const page = await fetch(`${WORKER_URL}/share/${made.token}`);
const html = await page.text();
const statuses = [
  await answer(anybody.rpc("read_share", { p_token: "nonsense" })),
  await answer(anybody.rpc("read_share", { p_token: locked.token })),
  await answer(anybody.rpc("read_share", { p_token: locked.token, p_password: "wrong horse" })),
  await answer(anybody.rpc("read_share", { p_token: locked.token, p_password: "correct horse" })),
  await answer(stranger.rpc("continue_share", { p_token: locked.token, p_password: "correct horse" })),
];
const copy = ok(await stranger.rpc("continue_share", { p_token: made.token }));
const copied = ok(await stranger.from("messages").select("role, content").eq("conversation_id", copy.conversationId).order("created_at"));
const listed = ok(await owner.from("conversation_shares").select("*").eq("conversation_id", talk.id).order("id"));
const views = ok(await owner.from("conversation_share_views").select("views").eq("share_id", made.share_id).single());
const revoked = ok(await owner.rpc("revoke_share", { p_share_id: made.share_id }));
ok(await owner.from("conversation_shares").update({ revoked_at: new Date().toISOString() }).eq("id", locked.share_id));

console.log(JSON.stringify({
  token: /^[A-Za-z0-9_-]{43}$/.test(made.token),
  read: { status: read.status, title: read.conversation.title === talk.title, roles: read.conversation.messages.map((each) => each.role) },
  page: { status: page.status, shows: html.includes(talk.title) },
  statuses,
  copied: JSON.stringify(copied.map(({ content }) => content)) === JSON.stringify(read.conversation.messages.map(({ parts }) => parts[0].text)),
  listed: listed.map(({ is_live, may_continue, has_password }) => ({ is_live, may_continue, has_password })),
  secrets: listed.some((row) => "token" in row || "token_hash" in row),
  views: views.views,
  revoked: revoked.revoked_at !== null,
  afterwards: [
    await answer(anybody.rpc("read_share", { p_token: made.token })),
    await answer(anybody.rpc("read_share", { p_token: locked.token, p_password: "correct horse" })),
    (await fetch(`${WORKER_URL}/share/${made.token}`)).status,
  ],
  anybodyLists: (await anybody.from("conversation_shares").select("*")).error.code,
  strangerLists: ok(await stranger.from("conversation_shares").select("*")).length,
}));
