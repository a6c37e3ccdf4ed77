import { make } from "./dom.js";
import { tools } from "./feedback.js";
import { Prose } from "./prose.js";

const LONG_QUESTION = 280;
const CUT_SHORT = { stopped: "You stopped this answer.", failed: "This answer broke off." };

export function messageNode(row) {
  const node = row.role === "user" ? questionNode(row.content) : answerNode(row).node;
  node.dataset.id = row.id;
  return node;
}

export function questionNode(text) {
  const long = text.length > LONG_QUESTION ? " long" : "";
  return make("h2", { className: `question${long}` }, make("span", { className: "unseen", textContent: "You asked: " }), text.trim());
}

/** An answer on the page: finished when it has a row, else one that is still to come. */
export function answerNode(row) {
  const prose = new Prose();
  const node = make("article", { className: "answer", "aria-label": "Answer" }, prose.node);
  const finish = (saved) => {
    node.dataset.state = "said";
    if (saved.status in CUT_SHORT) node.append(make("p", { className: "cut-short", textContent: CUT_SHORT[saved.status] }));
    if (saved.id) node.append(tools(saved));
  };
  if (row) {
    prose.show(row.content);
    finish(row);
  } else node.dataset.state = "waiting";
  return { node, prose, finish };
}
