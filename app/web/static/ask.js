import { drawComposer, fit, isWaiting, wait } from "./composer.js";
import { configuration } from "./configuration.js";
import { data } from "./data.js";
import { at, quiet, say } from "./dom.js";
import { showDoor } from "./door.js";
import { Problem } from "./errors.js";
import { restore } from "./keeping.js";
import { questionNode } from "./messages.js";
import { attempt, hideNotice, showNotice } from "./notices.js";
import { end, expect, isRead, read } from "./reading.js";
import { loadShelf } from "./shelf.js";
import { drawTop } from "./top.js";
import { view } from "./view.js";
import { stream } from "./worker.js";

/** Ask a question in the conversation that is open, or begin one with it. */
async function ask(text) {
  if (view.reading || isWaiting()) return;
  const { length } = [...text];
  if (length > configuration.maxMessageChars) {
    showNotice(`A question may have ${configuration.maxMessageChars} characters; this one has ${length}.`, { bad: true });
    return;
  }
  const { unsure } = view;
  const key = unsure?.text === text && unsure.conversation === view.id ? unsure.key : newKey();
  view.unsure = { text, conversation: view.id, key };
  const question = questionNode(text);
  hideNotice();
  at("greeting").hidden = true;
  at("talk").append(question);
  const reading = expect();
  // Asked again from elsewhere, it leaves what is being written in the box alone.
  if (at("question-box").value === text) at("question-box").value = "";
  fit();
  drawComposer();
  say("Your question was sent.");
  let response;
  try {
    response = await stream("/api/ai/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ message: text, ...(view.id && { conversationId: view.id }) }),
      signal: reading.controller.signal,
    });
  } catch (error) {
    if (isRead(reading)) notAsked(error, text, question, reading.answer);
    end(reading);
    return;
  }
  view.unsure = null;
  if (!isRead(reading)) return;
  reading.turn = response.headers.get("X-Turn-Id");
  drawComposer();
  if (view.id === null) begun(response.headers.get("X-Conversation-Id"), text);
  await read(reading, () => ask(text), response.body);
}

/** 128 random bits; `crypto.randomUUID()` is missing where the page came over plain HTTP. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function begun(id, text) {
  const title = text.trim().split("\n")[0].slice(0, 50);
  Object.assign(view, { id, title });
  history.replaceState(null, "", `#${id}`);
  drawTop();
  attempt(loadShelf);
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
    view.status = "archived";
    drawTop();
    showNotice(error.message, { bad: true, actions: [quiet("Restore", () => attempt(restore))] });
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

/** What became of a question that has no answer yet: one that comes is read from its beginning. */
export async function lookForTurn(visit, { id, content }) {
  const [turn] = await data("turns", {
    select: "id,status,answer_id",
    question_id: `eq.${id}`,
    order: "started_at.desc",
    limit: "1",
  });
  if (visit !== view.visit || !turn) return;
  const again = () => ask(content);
  // Answered by now, perhaps, since the messages were fetched.
  if (turn.status === "running" || turn.answer_id) await read(expect(turn.id), again);
  else if (view.status === "active") {
    const stopped = turn.status === "stopped";
    showNotice(stopped ? "You stopped this answer before it said anything." : "This question got no answer.", {
      bad: !stopped,
      actions: [quiet("Ask again", again)],
    });
  }
}

/** Ask what is in the box. */
export function send() {
  const text = at("question-box").value;
  if (text.trim() !== "") ask(text);
}
