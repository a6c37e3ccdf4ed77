import { asking } from "./asking.js";
import { data } from "./data.js";
import { given, tell } from "./database.js";
import { make, quiet, say } from "./dom.js";
import { when } from "./facts.js";
import { sqlNode } from "./foreseen.js";
import { driftNode, fillNode, renameNode } from "./saying.js";
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
        await shown(desk, list, await plan(desk.place, await sources.files()));
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
const plan = (place, request) => tell(place, "plan", request.body ? { method: "POST", ...request } : given({}));

/** Have the plan made anew with what a person says besides what they said before. */
const replanned = (desk, list, { choices }) => (said) =>
  desk.told(async () => {
    const renames = { ...choices.renames, ...said.renames };
    await shown(desk, list, await plan(desk.place, given({ ...choices, ...said, renames })));
  });

async function shown(desk, list, change) {
  await show(desk, list);
  if (change.steps.length === 0) list.prepend(nothingNode(desk, list, change));
  list.firstChild.focus();
}

function nothingNode(desk, list, change) {
  const words = change.drift.length ? "The files want nothing changed." : "The database is as the files say: there is nothing to change.";
  return make("div", { tabIndex: -1, role: "group", "aria-label": words }, make("p", { textContent: words }), driftNode(change, replanned(desk, list, change)));
}

async function show(desk, list) {
  const rows = await data("app_changes", {
    select: "id,state,digest,undoes_id,choices,steps,drift,possible_renames,error_detail,created_at,applied_at",
    database_id: `eq.${desk.status.databaseId}`,
    order: "created_at.desc,id.desc",
    limit: String(MOST),
  });
  const [open] = rows.filter(({ state }) => state === "planned");
  const past = rows.filter(({ state }) => state !== "planned" && state !== "discarded");
  list.replaceChildren(...(open ? [planNode(desk, list, open)] : []), ...(past.length ? [pastNode(desk, past)] : []));
}

function planNode(desk, list, change) {
  const { id, digest, steps } = change;
  // What leads back is planned from what was said then, and takes nothing more.
  const again = change.undoes_id ? null : replanned(desk, list, change);
  const boxes = new Map();
  const apply = make("button", { type: "button", className: "primary", on: { click: () => desk.told(() => desk.run("The change is being made", `changes/${id}/apply`, given({ digest, confirmed: confirmed() }))) } });
  const confirmed = () => [...boxes].filter(([, box]) => box.checked).map(([number]) => number);
  const ticked = () => {
    const held = steps.filter(({ number, asks }) => asks && !boxes.get(number).checked).length;
    apply.disabled = held === steps.length;
    apply.textContent = held ? "Make the change without the steps that are not ticked" : "Make the change";
  };
  const items = steps.map((step) => make("li", {}, ...stepParts(step, boxes, ticked), renameNode(step, again), fillNode(step, change.choices, again)));
  ticked();
  const discard = () => desk.told(async () => { await tell(desk.place, `changes/${id}/discard`, given({ digest })); say("The plan was discarded."); await show(desk, list); });
  return make(
    "div",
    { className: "plan", tabIndex: -1, role: "group", "aria-label": "What would change" },
    make("h4", { textContent: steps.length === 1 ? "One step" : `${steps.length} steps` }),
    make("ol", { className: "changes" }, ...items),
    ...(again ? change.possible_renames : []).map(({ from, to }) => make("p", {}, `${from} may have become ${to}. `, quiet("It has", () => again({ renames: { [from]: to } })))),
    driftNode(change, again),
    make("div", { className: "suggestion-row" }, apply, quiet("Discard", discard)),
  );
}

function stepParts({ number, kind, explanation, sql, asks, conflict, blocked, evidence }, boxes, ticked) {
  const place = evidence ? ` · ${evidence.file}:${evidence.line}` : "";
  const parts = [make("span", { textContent: explanation }), make("span", { className: "small", textContent: ` ${kind}${place}` })];
  if (conflict) parts.push(make("p", { className: "doubt", textContent: "The database was changed in the same place." }));
  if (asks) {
    const box = make("input", { type: "checkbox", disabled: Boolean(blocked?.length), on: { change: ticked } });
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
