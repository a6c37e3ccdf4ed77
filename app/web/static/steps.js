import { make, say } from "./dom.js";

const WORDS = {
  reading_configuration: "Reading the configuration",
  comparing: "Comparing YAML and database",
  searching_documentation: "Searching the documentation",
  asking_model: "Asking the model",
  looking_up: "Looking things up",
  checking_suggestions: "Checking the suggestions",
};
const STATES = { active: "…", done: ", done", failed: ", failed" };

/** What is done for an answer, a line for each step; a step that is told again has the line that it had. */
export class Steps {
  node = make("ol", { className: "steps", "aria-label": "What is being done" });
  #lines = new Map();
  #words;

  constructor(words = WORDS) {
    this.#words = words;
  }

  show({ step, state }) {
    const words = this.#words[step] ?? step.replaceAll("_", " ");
    if (!this.#lines.has(step)) {
      this.#lines.set(step, make("li"));
      this.node.append(this.#lines.get(step));
    }
    const line = this.#lines.get(step);
    line.dataset.state = state;
    line.replaceChildren(words, make("span", { className: "unseen", textContent: STATES[state] ?? "" }));
    if (state !== "done") say(`${words}${STATES[state] ?? ""}`);
  }
}
