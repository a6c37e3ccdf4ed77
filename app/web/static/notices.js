import { at, isAtBottom, make, quiet, say, toBottom } from "./dom.js";
import { Problem } from "./errors.js";

let toastTimer = 0;
let shutOut = () => {};

/** What to do with the reason when somebody may not be here any longer. */
export function whenShutOut(work) {
  shutOut = work;
}

/** A sentence under the talk, with what can be done about it. */
export function showNotice(text, { bad = false, actions = [] } = {}) {
  const stay = isAtBottom();
  at("notice").classList.toggle("bad", bad);
  at("notice").replaceChildren(make("div", {}, text), ...actions);
  at("notice").hidden = false;
  if (stay) toBottom();
}

export function hideNotice() {
  at("notice").hidden = true;
  at("notice").replaceChildren();
}

/** A word in the corner for some seconds, with a way to undo. */
export function toast(text, undo) {
  clearTimeout(toastTimer);
  at("toast-text").textContent = text;
  at("toast-action").hidden = !undo;
  at("toast-action").onclick = () => {
    at("toast").hidden = true;
    attempt(undo);
  };
  at("toast").hidden = false;
  say(text);
  toastTimer = setTimeout(() => { at("toast").hidden = true; }, 8_000);
}

/** Run what a person asked for, and tell them in a sentence if it fails. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (error.code === "SESSION_ENDED" || error.code === "NO_MEMBERSHIP") {
      shutOut(error.message);
      return undefined;
    }
    if (!(error instanceof Problem)) console.error(error);
    const text = error instanceof Problem ? error.message : "Something went wrong in this page. Reload it and try again.";
    showNotice(text, { bad: true, actions: error.retryable ? [quiet("Try again", () => { hideNotice(); attempt(work); })] : [] });
    return undefined;
  }
}
