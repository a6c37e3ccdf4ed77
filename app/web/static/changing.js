import { asking } from "./asking.js";
import { data } from "./data.js";
import { given, tell } from "./database.js";
import { make, quiet, say } from "./dom.js";
import { when } from "./facts.js";
import { sqlNode } from "./foreseen.js";
import { sourcesNode } from "./sources.js";

const MOST = 10;
const STATES = {
  confirmed: "about to be made",
  awaiting_checkpoint: "waits for a backup",
  applying: "being made",
  applied: "made",
  failed: "not made; nothing was changed",
  undone: "made, then undone",
  stale: "out of date: the database was changed meanwhile",
  discarded: "discarded",
};

/** What newer files of the app would change, and what they have changed. */
export function changesSection(desk) {
  const list = make("div");
  const sources = sourcesNode(desk.row);
  const look = quiet("See what would change", () =>
    desk.told(async () => {
      look.disabled = true;
      say("Comparing the files with the database…");
      try {
        const { steps } = await plan(desk.place, await sources.files());
        await show(desk, list);
        if (steps.length === 0) list.prepend(make("p", { tabIndex: -1, textContent: "The database is as the files say: there is nothing to change." }));
        list.firstChild.focus();
      } finally {
        look.disabled = false;
      }
    }),
  );
  const node = make("section", { className: "card", "aria-label": "Changes" }, make("h3", { textContent: "Changes" }), pendingNode(desk.status), sources.node, make("div", { className: "suggestion-row" }, look), list);
  desk.told(() => show(desk, list));
  return node;
}

const pendingNode = ({ pending }) =>
  pending ? make("p", { className: "doubt", textContent: "The app's files have changed since this database got its tables." }) : null;

/** Have a plan made; where the files are those that are kept, an empty request asks for it. */
const plan = (place, files) => tell(place, "plan", files.body ? { method: "POST", ...files } : given({}));

async function show(desk, list) {
  const rows = await data("app_changes", {
    select: "id,state,digest,choices,steps,drift,possible_renames,error_detail,created_at,applied_at",
    database_id: `eq.${desk.status.databaseId}`,
    order: "created_at.desc,id.desc",
    limit: String(MOST),
  });
  const [open] = rows.filter(({ state }) => state === "planned");
  const past = rows.filter(({ state }) => state !== "planned" && state !== "discarded");
  list.replaceChildren(...(open ? [planNode(desk, list, open)] : []), ...(past.length ? [pastNode(desk, past)] : []));
}

function planNode(desk, list, change) {
  const { id, digest, steps, drift, choices } = change;
  const rename = (from, to) =>
    desk.told(async () => {
      await tell(desk.place, "plan", given({ ...choices, renames: { ...choices.renames, [from]: to } }));
      await show(desk, list);
      list.firstChild.focus();
    });
  const boxes = new Map();
  const apply = make("button", { type: "button", className: "primary", on: { click: () => desk.told(() => desk.run("The change is being made", `changes/${id}/apply`, given({ digest, confirmed: confirmed() }))) } });
  const confirmed = () => [...boxes].filter(([, box]) => box.checked).map(([number]) => number);
  const ticked = () => {
    const held = steps.filter(({ number, asks }) => asks && !boxes.get(number).checked).length;
    apply.disabled = held === steps.length;
    apply.textContent = held ? "Make the change without the steps that are not ticked" : "Make the change";
  };
  const items = steps.map((step) => make("li", {}, ...stepParts(step, boxes, ticked)));
  ticked();
  const discard = () => desk.told(async () => { await tell(desk.place, `changes/${id}/discard`, given({ digest })); say("The plan was discarded."); await show(desk, list); });
  return make(
    "div",
    { className: "plan", tabIndex: -1, role: "group", "aria-label": "What would change" },
    make("h4", { textContent: steps.length === 1 ? "One step" : `${steps.length} steps` }),
    make("ol", { className: "changes" }, ...items),
    ...change.possible_renames.map(({ from, to }) => make("p", {}, `${from} may have become ${to}. `, quiet("It has", () => rename(from, to)))),
    drift.length ? make("p", { className: "small", textContent: "Changed in the database itself, and left as it is:" }) : null,
    drift.length ? make("ul", { className: "columns" }, ...drift.map(({ explanation }) => make("li", { className: "small", textContent: explanation }))) : null,
    make("div", { className: "suggestion-row" }, apply, quiet("Discard", discard)),
  );
}

function stepParts({ number, kind, explanation, sql, asks, conflict, evidence }, boxes, ticked) {
  const place = evidence ? ` · ${evidence.file}:${evidence.line}` : "";
  const parts = [make("span", { textContent: explanation }), make("span", { className: "small", textContent: ` ${kind}${place}` })];
  if (conflict) parts.push(make("p", { className: "doubt", textContent: "The database was changed in the same place." }));
  if (asks) {
    const box = make("input", { type: "checkbox", on: { change: ticked } });
    boxes.set(number, box);
    const words = kind === "destructive" ? "This loses data: do it, behind a backup" : "Do this";
    parts.push(make("label", { className: "check" }, box, words));
  }
  return [...parts, sqlNode(sql.map((text) => `${text};`).join("\n"))];
}

function pastNode(desk, rows) {
  const items = rows.map(({ id, state, steps, error_detail: error, created_at: made, applied_at: applied }) => {
    const words = [when(applied ?? made), steps.map(({ subject }) => subject).join(", "), STATES[state] ?? state, error].filter(Boolean).join(": ");
    const undo = state === "applied" ? asking("Undo", "What to do for that is shown before anything is done.", "Plan the way back", () => desk.told(async () => { await tell(desk.place, `changes/${id}/undo`, given({})); await desk.again(); })) : null;
    return make("li", {}, make("span", { textContent: words }), undo);
  });
  return make("details", {}, make("summary", { textContent: `Changes so far (${rows.length})` }), make("ul", { className: "backups" }, ...items));
}
