import { at, make } from "./dom.js";

/** Hands a growing text to screen readers sentence by sentence, not piece by piece. */
export class Spoken {
  #said = 0;

  constructor() {
    at("spoken").replaceChildren();
  }

  hear(text, all = false) {
    const rest = text.slice(this.#said);
    const ends = [". ", "! ", "? ", ": ", "\n"].map((each) => rest.lastIndexOf(each) + 1);
    const end = all ? rest.length : Math.max(...ends);
    const words = rest.slice(0, end).replace(/[*`#>]+/g, "").trim();
    this.#said += end;
    if (words) at("spoken").append(make("p", { textContent: words }));
  }
}
