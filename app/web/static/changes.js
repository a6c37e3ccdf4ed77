import { make } from "./dom.js";
import { valueNode } from "./values.js";

const DONE = { add: "Add", replace: "Change", remove: "Remove" };
const LAST_SELECTOR = /\[[^[\]]*=[^[\]]*\]$/;
const REASONS = {
  free_text: "stems only from words that people wrote",
  documentation: "stems only from the documentation",
  hidden_characters: "has characters that cannot be seen",
  unknown_address: "leads to an address that nobody has named",
};

/** The changes of a suggestion, each as what is there before and after. Those that are suspect have a box, which is
 *  heard by `ticked`; `boxes` gets them, each with the place of its change in the list. */
export function changesNode({ changes, suspects = [], appliedChanges }, { boxes = new Map(), ticked = () => {} } = {}) {
  const items = changes.map((change, at) => {
    const doubts = suspects.filter((each) => each.change === at);
    const item = make("li", {}, whatNode(change), valuesNode(change), ...doubts.map(doubtNode));
    if (appliedChanges && !appliedChanges.includes(at)) item.append(make("p", { className: "small", textContent: "Not applied." }));
    if (doubts.length) item.append(boxNode(at, boxes, ticked));
    return item;
  });
  return make("ol", { className: "changes", "aria-label": "What changes" }, ...items);
}

function whatNode({ operation, path }) {
  // The name of what is added to a list is part of its value, which is told below.
  const list = operation === "add" ? path.replace(LAST_SELECTOR, "") : path;
  return make("p", {}, `${DONE[operation] ?? operation} ${list === path ? "" : "to "}`, make("code", { textContent: list }));
}

function valuesNode(change) {
  const side = (name, tag) => make(tag, {}, make("span", { className: "unseen", textContent: `${name}: ` }), valueNode(change[name]));
  const arrow = make("span", { className: "arrow", "aria-hidden": "true", textContent: "→" });
  if (change.operation === "add") return make("div", { className: "values" }, side("after", "ins"));
  if (change.operation === "remove") return make("div", { className: "values" }, side("before", "del"));
  return make("div", { className: "values" }, side("before", "del"), arrow, side("after", "ins"));
}

function doubtNode({ reason, sources = [], parts = [] }) {
  const what = parts.length ? parts.map((part) => `“${part}”`).join(", ") : "This";
  const where = sources.length ? `: ${sources.join(", ")}` : "";
  return make("p", { className: "doubt", textContent: `${what} ${REASONS[reason] ?? reason}${where}.` });
}

function boxNode(at, boxes, ticked) {
  const box = make("input", { type: "checkbox", on: { change: ticked } });
  boxes.set(at, box);
  return make("label", { className: "check" }, box, "I have looked at this change, and want it");
}
