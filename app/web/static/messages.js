import { make } from "./dom.js";
import { tools } from "./feedback.js";
import { findings } from "./findings.js";
import { Prose } from "./prose.js";
import { Steps } from "./steps.js";

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

/** An answer on the page: finished when it has a row, else one that is still to come. `finish` returns what comes right
 *  behind its text, if anything does. */
export function answerNode(row) {
  const prose = new Prose();
  const steps = new Steps();
  const node = make("article", { className: "answer", "aria-label": "Answer" }, prose.node);
  const finish = (saved) => {
    node.dataset.state = "said";
    steps.node.remove();
    const found = findings(saved.metadata);
    node.append(...found);
    if (saved.status in CUT_SHORT) node.append(make("p", { className: "cut-short", textContent: CUT_SHORT[saved.status] }));
    if (saved.id) node.append(tools(saved));
    return found[0];
  };
  if (row) {
    prose.show(row.content);
    finish(row);
  } else node.dataset.state = "waiting";
  const step = (told) => {
    if (!steps.node.isConnected) node.append(steps.node);
    steps.show(told);
  };
  return { node, prose, step, finish };
}
