import { at, make, say } from "./dom.js";
import { cannotAsk, me } from "./me.js";
import { hideNotice, showNotice } from "./notices.js";
import { view } from "./view.js";

let timer = 0;

export function drawComposer() {
  const why = me && cannotAsk();
  at("ask").hidden = Boolean(why);
  at("hint").textContent = why ?? "Enter sends, Shift and Enter start a new line.";
  at("hint").classList.toggle("keys", !why);
  // Before the turn is known there is nothing that could be stopped.
  at("stop").hidden = !view.reading?.turn;
  at("stop").disabled = Boolean(view.reading?.stopping);
  at("stop").textContent = view.reading?.stopping ? "Stopping…" : "Stop";
  at("send").hidden = Boolean(view.reading?.turn);
  at("send").disabled = view.reading !== null || isWaiting() || at("question-box").value.trim() === "";
}

/** As high as its text, up to the style sheet's limit. */
export function fit() {
  const box = at("question-box");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** Whether a count-down runs. */
export const isWaiting = () => timer !== 0;

export function stopWaiting() {
  clearInterval(timer);
  timer = 0;
}

/** Count down until the next question may be asked. */
export function wait(problem) {
  const until = performance.now() + problem.retryAfter * 1000;
  const left = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const inWords = () => `You can ask again in ${left()} s; your question stays in the box.`;
  const shown = make("span", { "aria-hidden": "true", textContent: inWords() });
  showNotice(make("span", {}, `${problem.message} `, make("span", { className: "unseen", textContent: inWords() }), shown), { bad: true });
  clearInterval(timer);
  timer = setInterval(() => {
    shown.textContent = inWords();
    if (left() > 0) return;
    stopWaiting();
    if (at("notice").contains(shown)) hideNotice();
    drawComposer();
    say("You can ask again.");
  }, 250);
}
