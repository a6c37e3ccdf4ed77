import { createApp, loadApps } from "./apps.js";
import { backupsNode } from "./backups.js";
import { changesSection } from "./changing.js";
import { connectionNode } from "./connection.js";
import { data } from "./data.js";
import { isBusy, perform, tell } from "./database.js";
import { at, make, narrow, say } from "./dom.js";
import { Problem } from "./errors.js";
import { factsNode, when } from "./facts.js";
import { makingNode } from "./making.js";
import { attempt } from "./notices.js";
import { awayNode, removalNode } from "./removal.js";
import { leave, stageFor } from "./stage.js";
import { Steps } from "./steps.js";
import { drawTop } from "./top.js";
import { view } from "./view.js";

const ENVIRONMENTS = ["production", "staging", "development"];
const STATES = {
  not_provisioned: "no database",
  requested: "about to be made",
  creating: "being made",
  applying: "getting its tables",
  ready: "ready",
  failed: "could not be made",
  removing: "shut, about to be removed",
  removed: "no database",
};
const STEPS = {
  starting: "Starting",
  creating: "Creating the database",
  applying: "Making the tables, and trying to get out",
  looking: "Looking at the database",
  changing: "Making the change",
  "setting the password": "Setting the password",
  shutting: "Shutting the database",
  "backing up": "Backing up, and restoring the backup once to see that it works",
  copying: "Copying",
  restoring: "Restoring the backup",
  "changing over": "Putting it in the place of the other",
  removing: "Removing it",
  opening: "Opening it again",
};

/** Show an app with its database in an environment. */
export async function showApp(app, wanted) {
  const environment = ENVIRONMENTS.includes(wanted) ? wanted : ENVIRONMENTS[0];
  blank(app, "");
  const { visit } = view;
  const tab = { place: { app, environment }, visit, row: null, status: null };
  await load(tab);
  if (visit !== view.visit) return;
  at("title").focus();
  if (tab.status && isBusy(tab.status)) await follow(tab, "What is being done", "status", {});
}

/** Show where a new app is noted. */
export function showNewApp() {
  blank("new", "New app");
  const name = make("input", { id: "app-name", maxLength: 200, required: true, autocomplete: "off", "aria-describedby": "app-problem" });
  const create = async () => {
    if (!name.value.trim()) throw new Problem("Give the app a name.");
    const id = await createApp(name.value.trim());
    location.hash = `#app/${id}`;
    await loadApps();
  };
  const submit = (event) => { event.preventDefault(); return telling(view.visit)(create); };
  const form = make("form", { className: "card", noValidate: true, on: { submit } }, make("label", { for: "app-name", textContent: "What the app is called" }), name, make("button", { type: "submit", className: "primary", textContent: "Go on" }));
  at("app").replaceChildren(make("p", { className: "lede-small", textContent: "An app has files, and a database of its own that is made from them." }), form);
  if (!narrow.matches) name.focus();
}

function blank(app, title) {
  leave();
  Object.assign(view, { id: null, title, status: "active", contextType: null, projectId: null, head: null, messages: [] });
  stageFor(app);
  at("greeting").hidden = at("earlier-row").hidden = true;
  at("talk").replaceChildren();
  drawTop();
}

async function load(tab) {
  const { app } = tab.place;
  const [[row], status] = await Promise.all([
    data("generated_apps", { select: "id,name,description,file_count", id: `eq.${app}` }),
    tell(tab.place, "status"),
  ]);
  if (tab.visit !== view.visit) return;
  Object.assign(tab, { row, status });
  view.title = row.name;
  drawTop();
  draw(tab);
}

function draw(tab) {
  at("app").replaceChildren(
    tab.row.description ? make("p", { className: "lede-small", textContent: tab.row.description }) : "",
    environmentsNode(tab),
    make("div", { id: "app-body" }, ...partsOf(tab)),
  );
}

function environmentsNode({ place, status }) {
  const options = ENVIRONMENTS.map((name) => {
    const state = name === place.environment ? status.state : (status.environments[name] ?? "not_provisioned");
    return make("option", { value: name, textContent: `${name}: ${STATES[state] ?? state}`, selected: name === place.environment });
  });
  const change = (event) => { location.hash = `#app/${place.app}/${event.target.value}`; };
  return make("p", { className: "environments" }, make("label", { for: "environment", textContent: "Database" }), make("select", { id: "environment", on: { change } }, ...options));
}

/** What is shown of a database as it is now. */
function partsOf(tab) {
  const { place, row, status, visit } = tab;
  const told = telling(visit);
  const isOwner = status.access === "owner";
  const desk = { place, row, status, isOwner, told, run: (title, action, options) => follow(tab, title, action, options), again: () => load(tab) };
  if (isBusy(status)) return [];
  switch (status.state) {
    case "ready":
      return [
        failureNode(status),
        isOwner ? connectionNode(place, status, told) : null,
        factsNode(status),
        isOwner ? changesSection(desk) : null,
        backupsNode(desk),
        removalNode(desk),
      ].filter(Boolean);
    case "removing":
      return [awayNode(desk, when)];
    default:
      return isOwner
        ? [failureNode(status), makingNode(desk), backupsNode(desk)].filter(Boolean)
        : [make("p", { className: "small", textContent: "It has no database here. Only its owner can have one made." })];
  }
}

function failureNode({ error }) {
  return error && make("div", { className: "notice bad" }, make("p", { textContent: error.detail ?? "It could not be made." }), make("p", { className: "small", textContent: error.code }));
}

/** Do something to the database, with its steps before the person's eyes; then show how it is. What was wrong with it, or null. */
async function follow(tab, title, action, options) {
  const steps = new Steps(STEPS);
  const head = make("h3", { tabIndex: -1, textContent: title });
  at("app-problem").replaceChildren();
  const former = [...at("app-body").childNodes];
  at("app-body").replaceChildren(make("section", { className: "card", "aria-label": title, "aria-busy": "true" }, head, steps.node));
  head.focus();
  let last = null;
  const heard = ({ step }) => {
    if (step === last) return;
    if (last) steps.show({ step: last, state: "done" });
    last = step;
    steps.show({ step, state: "active" });
  };
  let problem = null;
  try {
    await perform(tab.place, action, options, heard);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "SESSION_ENDED") throw error;
    problem = error;
  }
  if (tab.visit !== view.visit) return problem;
  if (problem?.status >= 400 && problem.status < 500 && last === null) {
    // Nothing was begun: what was filled in is there again.
    at("app-body").replaceChildren(...former);
  } else {
    await load(tab);
  }
  if (tab.visit !== view.visit) return problem;
  if (problem) tellProblem(problem);
  else say(`The database: ${STATES[tab.status.state] ?? tab.status.state}.`);
  (at("app-body").querySelector("h3") ?? at("title")).focus();
  return problem;
}

/** Runs what a person asked for, and tells on the tab if it fails, unless that is left by then. */
const telling = (visit) => (work) => {
  at("app-problem").replaceChildren();
  return attempt(async () => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "SESSION_ENDED") throw error;
      if (visit === view.visit) tellProblem(error);
      return undefined;
    }
  });
};

function tellProblem(error) {
  const findings = (error.body?.findings ?? []).map((text) => make("li", { textContent: text }));
  at("app-problem").replaceChildren(make("p", { textContent: error.message }), ...(findings.length ? [make("ul", { className: "findings" }, ...findings)] : []));
  at("app-problem").scrollIntoView({ block: "nearest" });
}
