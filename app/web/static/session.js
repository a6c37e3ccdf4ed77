async function reach(what, url, options) {
  try {
    return await fetch(url, { credentials: "omit", cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(`${what} cannot be reached. Check the connection and try again.`, {
      code: "UNREACHABLE",
      retryable: true,
    });
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

// ---- Session -----------------------------------------------------------------------------------------------------

let session = null;
let refreshing = null;
let refreshTimer = 0;

async function auth(path, body, token) {
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

function keep(granted) {
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

function forget() {
  session = null;
  clearTimeout(refreshTimer);
  sessionStorage.removeItem(SESSION);
}

/** Renew the tokens, once however many ask. A service that is away ends no session. */
function refresh() {
  refreshing ??= (async () => {
    try {
      keep(await auth("token?grant_type=refresh_token", { refresh_token: session.refresh }));
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
async function withToken(call) {
  const response = await call(await accessToken());
  if (response.status !== 401) return response;
  await refresh();
  const again = await call(await accessToken());
  if (again.status === 401) throw ended();
  return again;
}
