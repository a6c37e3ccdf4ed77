import { data } from "./data.js";
import { at, make } from "./dom.js";
import { Problem } from "./errors.js";
import { cannotAsk } from "./me.js";
import { attempt } from "./notices.js";
import { REQUEST_MS, json } from "./requests.js";
import { closeShelf, list, loadShelf } from "./shelf.js";
import { view } from "./view.js";
import { worker } from "./worker.js";

const MOST = 200;

const names = new Map();

/** What a project is called, by its id; undefined for one that is not listed. */
export const nameOfProject = (id) => names.get(id);

/** List what configuration there is to ask about: that of each project that the person sees, and the infrastructure of all. */
export async function loadProjects() {
  const projects = cannotAsk() === null ? await data("projects", { select: "id,slug,name", order: "name,id", limit: String(MOST) }) : [];
  names.clear();
  for (const { id, name } of projects) names.set(id, name);
  const items = projects.map(({ id, name }) => itemNode(`Configuration: ${name}`, { contextType: "project", project: id }));
  if (items.length) items.push(itemNode("Infrastructure", { contextType: "infrastructure" }));
  at("projects").replaceChildren(...(items.length ? [make("ul", {}, ...items)] : []));
  markProject();
}

function itemNode(textContent, about) {
  const button = make("button", { type: "button", textContent, title: textContent, on: { click: () => attempt(() => openSession(about)) } });
  button.dataset.about = about.project ?? about.contextType;
  return make("li", {}, button);
}

/** Go to the conversation about it: the one that there is, else a new one. */
async function openSession(about) {
  const { id } = await json(await sessionAbout(about));
  closeShelf();
  list("active");
  location.hash = `#${id}`;
  await loadShelf();
}

async function sessionAbout(about) {
  try {
    return await worker("/api/ai/conversations", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(about),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
  } catch (error) {
    if (error.code !== "NOT_FOUND") throw error;
    throw new Problem("You do not see this project any more.", { status: 404 });
  }
}

/** Mark what the conversation that is open is about. */
export function markProject() {
  const about = view.projectId ?? view.contextType;
  for (const button of at("projects").querySelectorAll("button")) {
    if (about && button.dataset.about === about) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
