import { Problem } from "./errors.js";
import { REQUEST_MS, json } from "./requests.js";
import { worker } from "./worker.js";

const DECIDED = { accepted: "accepted", rejected: "rejected", undone: "undone", stale: "out of date" };

const ask = async (path, options) =>
  json(await worker(`/api/ai/suggestions/${path}`, { signal: AbortSignal.timeout(REQUEST_MS), ...options }));

/** A suggestion as it is now, with the edit of the YAML document: `{suggestion, yamlEdit}`. */
export const find = (id) => told(() => ask(id));

/** Accept, reject or undo a suggestion; what came of it, with `problem` in words where that is nothing. */
export async function decide(id, action, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    return await told(() => ask(`${id}/${action}`, options));
  } catch (error) {
    if (!error.body?.suggestion) throw error;
    return { ...(await find(id)), problem: wordsOf(error.body, action) };
  }
}

async function told(work) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== "NOT_FOUND") throw error;
    throw new Problem("This suggestion is not there any more, or you do not see its project any more.", { status: 404, code: error.code });
  }
}

function wordsOf({ code, detail, suggestion, errors = [] }, action) {
  switch (code) {
    case "SUGGESTION_STALE":
      if (action === "undo") return "What it changed has been changed again since, so it cannot be undone.";
      return suggestion.status === "stale"
        ? "What it would change is not there any more, or is so already."
        : "The configuration has changed meanwhile. This is what the suggestion would change now: look at it again.";
    case "SUGGESTION_DECIDED":
      return `Somebody was faster: it is ${DECIDED[suggestion.status] ?? suggestion.status} already.`;
    case "CONFIGURATION_INVALID":
      return `The configuration would not be valid: ${errors.map(({ path, message }) => `${path}: ${message}`).join("; ")}`;
    default:
      return detail;
  }
}
