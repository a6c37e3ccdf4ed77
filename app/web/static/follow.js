import { Problem } from "./errors.js";
import { eventsOf } from "./events.js";
import { stream } from "./worker.js";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
const PATIENCE_MS = 60_000;

/** The events of a turn up to its end, each once, however often the connection breaks: `body` is the stream that is
 *  there already, if any; `told(broken)` hears when a connection cannot be had at once, and when it is had again. */
export async function* eventsOfTurn(turn, body, signal, told) {
  let last = "0";
  let failures = 0;
  let had = performance.now();
  for (;;) {
    try {
      body ??= (await stream(`/api/ai/chat/${turn}/stream`, { signal, headers: { "Last-Event-ID": last } })).body;
      if (failures > 1) told(false);
      for await (const each of eventsOf(body)) {
        failures = 0;
        last = each.id || last;
        yield each;
        if (each.event === "done" || each.event === "error") return;
      }
      had = performance.now();
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      if (body) had = performance.now();
    }
    body = null;
    failures += 1;
    if (failures > 1) told(true);
    if (performance.now() - had > PATIENCE_MS) throw new Problem("The server could not be reached for a minute.");
    await pause(failures, signal);
  }
}

/** Whether trying again would be answered the same: refused, and not just for now. */
const isFinal = ({ status = 0, retryable = false }) => status >= 400 && status < 500 && status !== 429 && !retryable;

/** Longer each time, and not for everybody the same; no longer than until the network is back. */
async function pause(failures, signal) {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  await new Promise((resolve) => {
    const over = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(wake, longest * (0.5 + Math.random() / 2));
    addEventListener("online", wake, { signal: over.signal });
    signal.addEventListener("abort", wake, { signal: over.signal });
  });
  signal.throwIfAborted();
}
