import { changesNode } from "./changes.js";
import { copy } from "./clipboard.js";
import { moment } from "./data.js";
import { decide, find } from "./deciding.js";
import { make, quiet, say } from "./dom.js";
import { Problem } from "./errors.js";
import { me } from "./me.js";
import { attempt } from "./notices.js";
import { nameOfProject } from "./projects.js";
import { Prose } from "./prose.js";
import { view } from "./view.js";

const STATES = {
  pending: "waits for a decision",
  accepted: "accepted",
  rejected: "rejected",
  stale: "out of date",
  undone: "accepted, then undone",
};
const DECIDED = "suggestion-decided";

/** A suggestion as a card: first as it was made, and once it is seen as it is now, with what can be done about it. */
export function suggestionNode({ config, ...made }) {
  const title = made.title ?? "A change";
  // What others than the assistant store as a suggestion may have another config.
  const changes = Array.isArray(config.changes) ? config.changes.filter((each) => typeof each?.path === "string") : [];
  const node = make("section", { className: "suggestion", "aria-label": `Suggestion: ${title}` });
  const card = { node, suggestion: { ...made, title, status: null, changes }, yamlEdit: null, problem: "" };
  draw(card);
  if (!made.id) return node;
  node.dataset.suggestion = made.id;
  node.addEventListener(DECIDED, ({ detail }) => { Object.assign(card, detail); draw(card); });
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((each) => each.isIntersecting)) return;
    observer.disconnect();
    show(card, () => find(made.id));
  }).observe(node);
  return node;
}

function draw(card) {
  const { suggestion, problem } = card;
  const explanation = new Prose();
  explanation.show(suggestion.explanation ?? "");
  const boxes = new Map();
  const accept = make("button", { type: "button", className: "primary", textContent: "Accept", on: { click: () => act(card, "accept", { confirmed: [...boxes.keys()], version: suggestion.version }) } });
  const ticked = () => { accept.disabled = [...boxes.values()].some((box) => !box.checked); };
  const isPending = suggestion.status === "pending";
  const changes = changesNode(isPending ? suggestion : { ...suggestion, suspects: [] }, { boxes, ticked });
  ticked();
  card.node.replaceChildren(
    make("h3", { tabIndex: -1, textContent: suggestion.title }),
    make("p", { className: "small", textContent: stateOf(suggestion) }),
    explanation.node,
    changes,
    make("p", { className: "field-error", role: "alert", textContent: problem }),
    actionsNode(card, accept, boxes.size > 0),
    editNode(card),
  );
}

/** Of which project it is, where there may be several, and what became of it. */
const stateOf = (suggestion) =>
  [view.contextType === "infrastructure" && nameOfProject(suggestion.projectId), decisionOf(suggestion)].filter(Boolean).join(" · ");

function decisionOf({ status, decidedBy, decidedAt, reason }) {
  if (!status) return "";
  const when = decidedAt && new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(moment(decidedAt));
  const words = [STATES[status] ?? status, decidedBy === me?.id && "by you", when].filter(Boolean).join(", ");
  return `${words[0].toUpperCase()}${words.slice(1)}${status === "rejected" && reason ? `: ${reason}` : ""}`;
}

function actionsNode(card, accept, hasBoxes) {
  const row = make("div", { className: "suggestion-row" });
  if (card.suggestion.status === "accepted") row.append(quiet("Undo", () => act(card, "undo", {})));
  if (card.suggestion.status !== "pending") return row;
  row.append(accept, quiet("Reject", () => askReason(card, row)));
  if (hasBoxes) row.append(make("span", { className: "small", textContent: "Accept needs the boxes ticked." }));
  return row;
}

function askReason(card, row) {
  const box = make("textarea", { maxLength: 2000, placeholder: "Why? (not needed)", "aria-label": "Why you reject it" });
  const reject = quiet("Reject it", () => act(card, "reject", { reason: box.value.trim() || null }));
  row.replaceChildren(make("div", { className: "remark" }, box, make("div", { className: "remark-row" }, reject, quiet("Cancel", () => { draw(card); card.node.querySelector("h3").focus(); }))));
  box.focus();
}

/** The edit that makes the YAML document say the same. */
function editNode({ yamlEdit }) {
  if (!yamlEdit) return "";
  const { file, diff, problem } = yamlEdit;
  if (problem) return make("p", { className: "small", textContent: `The YAML document: ${problem}` });
  if (!diff) return make("p", { className: "small", textContent: "The YAML document says it already." });
  const patch = make("pre", { tabIndex: 0, "aria-label": "Patch of the YAML document" }, make("code", { textContent: diff }));
  return make("details", {}, make("summary", { textContent: `Patch of ${file ?? "the YAML document"}` }), patch, quiet("Copy the patch", () => copy(diff)));
}

/** Do what was decided; other cards of the same suggestion tell it too. */
function act(card, action, body) {
  for (const button of card.node.querySelectorAll("button")) button.disabled = true;
  return show(card, async () => {
    const answer = await decide(card.suggestion.id, action, body);
    const detail = { suggestion: answer.suggestion, yamlEdit: answer.yamlEdit ?? null, problem: "" };
    for (const node of document.querySelectorAll(`[data-suggestion="${CSS.escape(card.suggestion.id)}"]`)) {
      if (node !== card.node) node.dispatchEvent(new CustomEvent(DECIDED, { detail }));
    }
    if (!answer.problem) say(stateOf(answer.suggestion));
    return answer;
  }, { focus: true });
}

/** Show what a request answers, or on the card why it does not. */
function show(card, request, { focus = false } = {}) {
  return attempt(async () => {
    try {
      const { suggestion, yamlEdit = null, problem = "" } = await request();
      Object.assign(card, { suggestion, yamlEdit, problem });
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "SESSION_ENDED") throw error;
      card.problem = error.message;
    } finally {
      draw(card);
      if (focus) card.node.querySelector("h3").focus();
    }
  });
}
