import { loadApps } from "./apps.js";
import { asking } from "./asking.js";
import { data } from "./data.js";
import { given, tell } from "./database.js";
import { make, quiet, say } from "./dom.js";
import { Problem } from "./errors.js";
import { foreseenNode } from "./foreseen.js";
import { sourcesNode } from "./sources.js";

/** Where a database is made of an app's files, and looked at before. */
export function makingNode({ place, row, status, told, run }) {
  const sources = sourcesNode(row);
  const shown = make("div", { id: "foreseen" });
  const picked = async () => {
    if (sources.isEmpty()) throw new Problem("Pick the app's files first.");
    return { method: "POST", ...(await sources.files()) };
  };
  const look = quiet("See the tables first", () =>
    told(async () => {
      const options = await picked();
      look.disabled = true;
      say("Reading the files…");
      try {
        shown.replaceChildren(foreseenNode(await tell(place, "preview", options)));
        const head = shown.querySelector("h3");
        say(head.textContent);
        head.focus();
      } finally {
        look.disabled = false;
      }
    }),
  );
  const begin = (query) =>
    told(async () => {
      const problem = await run("The database is being made", "provision", { ...(await picked()), query });
      if (problem?.code === "NO_TABLES_FOUND") empty.hidden = false;
    });
  const primary = make("button", { type: "button", className: "primary", textContent: "Make the database", on: { click: () => begin({}) } });
  const empty = quiet("Make it without tables", () => begin({ empty: "true" }));
  empty.hidden = true;
  return make(
    "section",
    { className: "card", "aria-label": "A database for this app" },
    make("h3", { tabIndex: -1, textContent: "No database here yet" }),
    make("p", { textContent: "The tables come from the app's files. Nothing of its code is run." }),
    sources.node,
    make("div", { className: "suggestion-row" }, primary, look, empty),
    shown,
    copiesNode(place, status, run),
    Object.keys(status.environments).length ? null : deletionNode(place, told),
  );
}

/** The way to a copy of another environment's database. */
function copiesNode(place, { environments }, run) {
  const others = Object.entries(environments).filter(([name, state]) => name !== place.environment && state === "ready");
  if (!others.length) return null;
  const copy = (from, withRows) => run(`A copy of ${from} is being made`, "copy", given({ from, data: withRows }));
  return make("div", { className: "suggestion-row" }, ...others.flatMap(([name]) => [quiet(`Copy ${name}`, () => copy(name, true)), quiet(`Copy ${name} without its rows`, () => copy(name, false))]));
}

function deletionNode({ app }, told) {
  const gone = async () => {
    await data("generated_apps", { id: `eq.${app}` }, { method: "DELETE", prefer: "return=minimal" });
    location.hash = "#new";
    await loadApps();
    say("The app was deleted.");
  };
  return asking("Delete this app", "The app and its files go for good.", "Delete it", () => told(gone));
}
