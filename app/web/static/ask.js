import { drawComposer, fit, isWaiting, wait } from "./composer.js";
import { configuration } from "./configuration.js";
import { data } from "./data.js";
import { at, isAtBottom, quiet, say, toBottom } from "./dom.js";
import { showDoor } from "./door.js";
import { Problem, workerProblem } from "./errors.js";
import { eventsOf } from "./events.js";
import { follow, lost } from "./follow.js";
import { showUsage } from "./me.js";
import { answerNode, questionNode } from "./messages.js";
import { attempt, hideNotice, showNotice } from "./notices.js";
import { json, reach } from "./requests.js";
import { withToken } from "./session.js";
import { loadShelf, shelf } from "./shelf.js";
import { Spoken } from "./spoken.js";
import { setArchived } from "./stage.js";
import { drawTop } from "./top.js";
import { view } from "./view.js";

const LONGEST_SILENCE_MS = 30_000;

/** Ask a question in the conversation that is open, or begin one with it. */
async function ask(text) {
  if (view.reading || isWaiting()) return;
  const { length } = [...text];
  if (length > configuration.maxMessageChars) {
    showNotice(`A question may have ${configuration.maxMessageChars} characters; this one has ${length}.`, { bad: true });
    return;
  }
  const { visit } = view;
  const controller = new AbortController();
  const question = questionNode(text);
  const answer = answerNode(null);
  const asked = { controller, turn: null };
  view.reading = asked;
  hideNotice();
  at("greeting").hidden = true;
  at("talk").append(question, answer.node);
  // Asked again from elsewhere, it leaves what is being written in the box alone.
  if (at("question-box").value === text) at("question-box").value = "";
  fit();
  drawComposer();
  toBottom();
  say("Your question was sent.");
  const late = setTimeout(() => controller.abort(new Error("late")), LONGEST_SILENCE_MS);
  try {
    const response = await withToken((token) =>
      reach("The server", "/api/ai/chat", {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Accept: "text/event-stream" },
        body: JSON.stringify({ message: text, ...(view.id && { conversationId: view.id }) }),
        signal: controller.signal,
      }),
    );
    if (!response.ok) {
      const retryAfter = Number.parseFloat(response.headers.get("Retry-After")) || null;
      throw workerProblem(await json(response), {
        status: response.status,
        retryAfter,
        requestId: response.headers.get("X-Request-Id"),
        conversation: view.id,
      });
    }
    clearTimeout(late);
    asked.turn = response.headers.get("X-Turn-Id");
    drawComposer();
    if (visit !== view.visit) return;
    if (view.id === null) begun(response.headers.get("X-Conversation-Id"), text);
    await read(response.body, answer, asked, text);
  } catch (error) {
    if (visit !== view.visit) return;
    if (asked.turn === null) notAsked(error, text, question, answer);
    else lost(error, asked.turn, answer);
  } finally {
    clearTimeout(late);
    if (view.reading === asked) view.reading = null;
    drawComposer();
    if (visit === view.visit && asked.turn !== null) afterwards();
  }
}

function begun(id, text) {
  const title = text.trim().split("\n")[0].slice(0, 50);
  Object.assign(view, { id, title });
  history.replaceState(null, "", `#${id}`);
  drawTop();
  attempt(loadShelf);
}

/** Counters and titles are kept by the server; what cannot be fetched now is old, not wrong. */
function afterwards() {
  const { id } = view;
  Promise.all([loadShelf(), showUsage()])
    .then(() => {
      const row = shelf.rows.find((each) => each.id === id);
      if (!row || view.id !== id) return;
      view.title = row.title;
      if (at("rename-form").hidden) drawTop();
    })
    .catch(() => {});
}

async function read(body, answer, asked, question) {
  const spoken = new Spoken();
  let text = "";
  let frame = 0;
  const draw = () => {
    frame = 0;
    const stay = isAtBottom();
    answer.prose.show(text);
    spoken.hear(text);
    if (stay) toBottom();
  };
  try {
    for await (const { event, data: payload } of eventsOf(body)) {
      const message = JSON.parse(payload);
      if (event === "message" && typeof message.text === "string") {
        text += message.text;
        answer.node.dataset.state = "reading";
        // A hidden page draws no frames; it shows all of it when it ends.
        frame ||= requestAnimationFrame(draw);
      } else if (event === "done" || event === "error") {
        cancelAnimationFrame(frame);
        draw();
        spoken.hear(text, true);
        settled(message, event === "error", answer, text, question);
        return;
      }
    }
    throw new Problem("The connection ended before the answer did.");
  } finally {
    cancelAnimationFrame(frame);
    if (text && answer.node.dataset.state === "reading") draw();
  }
}

function settled(message, failed, answer, text, question) {
  const stay = isAtBottom();
  if (text === "") answer.node.remove();
  else {
    const row = { id: message.messageId, content: text, model_used: message.model, rating: 0, comment: "" };
    answer.finish({ ...row, created_at: new Date().toISOString() });
  }
  if (failed) {
    const problem = workerProblem(message);
    const kept = text ? " What was said so far is kept." : "";
    const actions = problem.retryable ? [quiet("Ask again", () => ask(question))] : [];
    showNotice(problem.message + kept, { bad: true, actions });
  } else if (text === "") showNotice("The model gave an empty answer.", { actions: [quiet("Ask again", () => ask(question))] });
  else if (message.finishReason === "length") showNotice("The answer ends here because it reached its length limit.");
  if (!failed) say("The answer is complete.");
  if (stay) toBottom();
}

/** The question was not taken: it goes back into the box. */
function notAsked(error, text, question, answer) {
  question.remove();
  answer.node.remove();
  if (at("talk").childElementCount === 0) at("greeting").hidden = false;
  const box = at("question-box");
  if (box.value.trim() === "") box.value = text;
  fit();
  box.focus();
  if (error.name === "AbortError") return;
  if (error.code === "RATE_LIMIT" && error.retryAfter !== null) wait(error);
  else if (error.code === "CONVERSATION_ARCHIVED") {
    view.archived = true;
    drawTop();
    showNotice(error.message, { bad: true, actions: [quiet("Restore", () => attempt(() => setArchived(false)))] });
  } else if (error.code === "SESSION_ENDED") showDoor(error.message);
  else {
    if (!(error instanceof Problem)) console.error(error);
    const said = error instanceof Problem ? error.message : "Something went wrong in this page.";
    showNotice(`${said} Your question is still in the box.`, {
      bad: true,
      actions: error.retryable ? [quiet("Try again", send)] : [],
    });
  }
}

/** What became of a question that has no answer yet. */
export async function lookForTurn(visit, question) {
  const [turn] = await data("turns", { select: "id,status", question_id: `eq.${question.id}` });
  if (visit !== view.visit || !turn) return;
  if (turn.status === "running") {
    at("talk").append(answerNode(null).node);
    showNotice("The answer is still being written. It appears here when it is complete.");
    toBottom();
    await follow(turn.id, visit);
  } else if (!view.archived) {
    showNotice("This question got no answer.", { bad: true, actions: [quiet("Ask again", () => ask(question.content))] });
  }
}

/** Ask what is in the box. */
export function send() {
  const text = at("question-box").value;
  if (text.trim() !== "") ask(text);
}
