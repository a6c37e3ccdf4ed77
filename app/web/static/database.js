import { Problem, workerProblem } from "./errors.js";
import { eventsOf } from "./events.js";
import { json } from "./requests.js";
import { worker } from "./worker.js";

const WORDS = {
  NOT_FOUND: "This app does not exist, or you do not see it any more.",
};
const DOING = new Set(["queued", "running"]);

/** Whether something is being done to a database just now. */
export const isBusy = (status) => DOING.has(status.operation?.state);

/** What the worker answers about an app's database in an environment. */
export async function ask({ app, environment }, action, { query = {}, ...options } = {}) {
  const search = new URLSearchParams({ environment, ...query });
  try {
    return await worker(`/api/v1/generated-apps/${app}/database/${action}?${search}`, options);
  } catch (error) {
    throw explained(error);
  }
}

/** The same as JSON. */
export const tell = async (place, action, options) => json(await ask(place, action, options));

/** A request with this in its body. */
export const given = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Do something to a database and follow it, however long it takes; how the database is in the end. `heard` gets each step. */
export async function perform(place, action, options, heard) {
  let told = 0;
  const count = (step) => { told += 1; heard(step); };
  let status = await followed(await events(place, action, options), count);
  while (!status || isBusy(status)) {
    // The connection broke off: what was begun goes on at the server, which tells its steps from the first one.
    let again = 0;
    status = await followed(await events(place, "status", {}), (step) => { again += 1; if (again > told) count(step); });
    if (status && !isBusy(status) && status.operation?.state === "failed") throw failed(status.operation);
  }
  return status;
}

const events = (place, action, { headers, ...options } = {}) =>
  ask(place, action, { ...options, headers: { ...headers, Accept: "text/event-stream" } });

/** How the database is at the end of these events; null if they broke off. What opens it is not kept. */
async function followed(response, heard) {
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return sealed(await json(response));
  try {
    for await (const { event, data } of eventsOf(response.body)) {
      const value = JSON.parse(data);
      if (event === "progress") heard(value);
      if (event === "done") return sealed(value);
      if (event === "error") throw explained(Object.assign(workerProblem(value), { body: value }));
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
  }
  return null;
}

function sealed({ connection, ...status }) {
  return status;
}

const failed = ({ error }) => new Problem(error?.detail ?? "That could not be done.", { code: error?.code ?? "" });

function explained(error) {
  const { code, body } = error;
  if (code === "INSUFFICIENT_PERMISSIONS") error.message = body?.detail ?? error.message;
  else if (code in WORDS) error.message = WORDS[code];
  return error;
}
