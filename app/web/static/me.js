import { configuration } from "./configuration.js";
import { data } from "./data.js";
import { at, say } from "./dom.js";
import { Problem, ended } from "./errors.js";
import { attempt } from "./notices.js";
import { REQUEST_MS, reach } from "./requests.js";
import { session, withToken } from "./session.js";
import { view } from "./view.js";

/** Who is signed in, with their organisation, or null. */
export let me = null;

/** Find who is signed in. */
export async function findMe() {
  const [row] = await data("users", {
    select: "id,tenant_id,name,email,role,preferences",
    auth_id: `eq.${session.id}`,
    limit: "1",
  });
  if (!row) {
    // A Data API may treat a token that it cannot verify as nobody's: ask whose it is before blaming the account.
    const known = await withToken((token) =>
      reach("The sign-in service", `${configuration.supabaseUrl}/auth/v1/user`, {
        headers: { apikey: configuration.publishableKey, Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(REQUEST_MS),
      }),
    );
    if (!known.ok) throw ended();
    throw new Problem(
      `${session.email} has an account, but no access to an organisation here: it was not invited, or was switched off. ` +
        "An administrator can change that.",
      { status: 403, code: "NO_MEMBERSHIP" },
    );
  }
  const [tenant] = await data("tenants", { select: "id,name,features", id: `eq.${row.tenant_id}` });
  me = { ...row, tenant: tenant ?? { name: "your organisation", features: {} } };
}

export function forgetMe() {
  me = null;
}

/** Why no question can be asked, as a sentence; null when one can. */
export const cannotAsk = () => {
  if (!configuration.assistantEnabled) return "The assistant is switched off on this server. What was said can still be read.";
  if (me.role === "viewer") return `Your account may read but not ask. An administrator of ${me.tenant.name} can change that.`;
  if (me.tenant.features?.ai_assistant === false) return `The assistant is switched off for ${me.tenant.name}.`;
  if (view.status !== "active") return `This conversation is ${view.status}. Restore it to go on.`;
  return null;
};

export function showMe() {
  at("who-name").textContent = me.name || me.email;
  at("who-name").title = me.email;
  const roles = { admin: "administrator", member: "member", viewer: "reader" };
  at("who-role").textContent = `${roles[me.role] ?? me.role}, ${me.tenant.name}`;
  showTheme(me.preferences?.theme);
  at("new").hidden = cannotAsk() !== null;
}

/** The appearance that somebody chose; any other value is the system's. */
export function showTheme(theme) {
  const known = theme === "light" || theme === "dark";
  if (known) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  at("theme").value = known ? theme : "system";
}

export async function chooseTheme() {
  const theme = at("theme").value;
  showTheme(theme);
  await attempt(async () => {
    const [now] = await data("users", { select: "preferences", id: `eq.${me.id}` });
    const preferences = { ...now?.preferences, theme };
    await data("users", { id: `eq.${me.id}` }, { method: "PATCH", body: { preferences }, prefer: "return=minimal" });
    say("The appearance was saved.");
  });
}

export async function showUsage() {
  const rows = await data("current_day_usage", { select: "total_tokens,request_count", user_id: `eq.${me.id}` });
  const { total_tokens: tokens = 0, request_count: questions = 0 } = rows[0] ?? {};
  const number = new Intl.NumberFormat("en-GB");
  at("usage").textContent =
    questions === 0
      ? "No questions yet today"
      : `Today ${number.format(questions)} ${questions === 1 ? "question" : "questions"}, ${number.format(tokens)} tokens`;
}
