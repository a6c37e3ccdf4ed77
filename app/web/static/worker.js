import { workerProblem } from "./errors.js";
import { json, reach } from "./requests.js";
import { withToken } from "./session.js";
import { view } from "./view.js";

const LONGEST_SILENCE_MS = 30_000;

/** What the worker answers to whoever is signed in; a Problem with the `body` of its answer if it refuses. */
export async function worker(path, { headers, ...options }) {
  const response = await withToken((token) =>
    reach("The server", path, { ...options, headers: { Authorization: `Bearer ${token}`, ...headers } }),
  );
  if (response.ok) return response;
  const body = await json(response);
  const problem = workerProblem(body, {
    status: response.status,
    retryAfter: Number.parseFloat(response.headers.get("Retry-After")) || null,
    requestId: response.headers.get("X-Request-Id"),
    conversation: view.id,
  });
  throw Object.assign(problem, { body });
}

/** The same for a stream, which may last: only until it begins must it not be silent for long. */
export async function stream(path, { signal, headers, ...options }) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("late")), LONGEST_SILENCE_MS);
  try {
    return await worker(path, {
      ...options,
      headers: { Accept: "text/event-stream", ...headers },
      signal: AbortSignal.any([signal, late.signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}
