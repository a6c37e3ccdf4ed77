import { configuration } from "./configuration.js";
import { authProblem, ended } from "./errors.js";
import { REQUEST_MS, json, reach } from "./requests.js";

const SESSION = "palaver.session";
const REFRESH_BEFORE_MS = 60_000;

/** Whose session it is and its tokens, or null: `{access, refresh, until, id, email}`. */
export let session = null;
let refreshing = null;
let refreshTimer = 0;

/** Supabase Auth: what it answers to a POST. */
export async function auth(path, body, token) {
  const response = await reach("The sign-in service", `${configuration.supabaseUrl}/auth/v1/${path}`, {
    method: "POST",
    headers: {
      apikey: configuration.publishableKey,
      "Content-Type": "application/json",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const answer = await json(response);
  if (!response.ok) throw authProblem(answer, response.status);
  return answer;
}

/** Keep the tokens that were granted, for this tab, and renew them in time. */
export function keep(granted) {
  session = {
    access: granted.access_token,
    refresh: granted.refresh_token,
    // By this machine's clock, which may differ from the server's.
    until: Date.now() + granted.expires_in * 1000,
    id: granted.user?.id ?? session?.id,
    email: granted.user?.email ?? session?.email,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(() => {}), Math.max(granted.expires_in * 1000 - REFRESH_BEFORE_MS, 5_000));
}

/** Take up what this tab has kept, across a reload; whether there was something. */
export function resume() {
  const stored = sessionStorage.getItem(SESSION);
  if (stored) session = JSON.parse(stored);
  return Boolean(stored);
}

export function forget() {
  session = null;
  clearTimeout(refreshTimer);
  sessionStorage.removeItem(SESSION);
}

/** Renew the tokens, once however many ask. A service that is away ends no session. */
function refresh() {
  const renewed = session;
  refreshing ??= (async () => {
    try {
      const granted = await auth("token?grant_type=refresh_token", { refresh_token: renewed.refresh });
      // Somebody signed out meanwhile, and perhaps somebody else in.
      if (session !== renewed) throw ended();
      keep(granted);
    } catch (error) {
      if (error.status >= 400 && error.status < 500 && error.status !== 429) throw ended();
      throw error;
    } finally {
      refreshing = null;
    }
  })();
  return refreshing;
}

async function accessToken() {
  if (!session) throw ended();
  if (session.until - Date.now() < REFRESH_BEFORE_MS) {
    try {
      await refresh();
    } catch (error) {
      if (error.code === "SESSION_ENDED" || session.until <= Date.now()) throw error;
    }
  }
  if (!session) throw ended();
  return session.access;
}

/** Call with a valid token, and once more with a new one if it is refused. */
export async function withToken(call) {
  const response = await call(await accessToken());
  if (response.status !== 401) return response;
  await refresh();
  const again = await call(await accessToken());
  if (again.status === 401) throw ended();
  return again;
}
