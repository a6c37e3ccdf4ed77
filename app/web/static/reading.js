import { drawComposer } from "./composer.js";
import { data } from "./data.js";
import { at, isAtBottom, narrow, quiet, say, toBottom } from "./dom.js";
import { Problem, workerProblem } from "./errors.js";
import { eventsOfTurn } from "./follow.js";
import { showUsage } from "./me.js";
import { answerNode } from "./messages.js";
import { attempt, hideNotice, showNotice } from "./notices.js";
import { REQUEST_MS } from "./requests.js";
import { opened } from "./sealed.js";
import { loadShelf, shelf } from "./shelf.js";
import { Spoken } from "./spoken.js";
import { open } from "./stage.js";
import { drawTop } from "./top.js";
import { view } from "./view.js";
import { worker } from "./worker.js";

/** A place for an answer at the end of the talk, which becomes what is being read. */
export function expect(turn = null) {
  const reading = { controller: new AbortController(), turn, stopping: false, told: false, answer: answerNode(null) };
  view.reading = reading;
  at("talk").append(reading.answer.node);
  drawComposer();
  toBottom();
  return reading;
}

/** Whether it is still what the page shows: nobody went elsewhere meanwhile. */
export const isRead = (reading) => view.reading === reading;

/** Read no more. */
export function end(reading) {
  if (isRead(reading)) view.reading = null;
  drawComposer();
}

/** Read a turn's answer to its end, in the stream that is there or in one from its beginning; `again` asks anew. */
export async function read(reading, again, body = null) {
  try {
    const { text, message, failed } = await grow(reading, body);
    if (!isRead(reading)) return;
    if (reading.told) hideNotice();
    await settle(reading, text, message, failed, again);
  } catch (error) {
    if (isRead(reading)) await attempt(async () => lost(error, reading));
  } finally {
    const here = isRead(reading);
    end(reading);
    if (here) afterwards();
  }
}

async function grow(reading, body) {
  const { answer, controller, turn } = reading;
  const spoken = new Spoken();
  let text = "";
  let frame = 0;
  const draw = () => {
    frame = 0;
    follow(() => answer.prose.show(text));
    spoken.hear(text);
  };
  try {
    for await (const { event, data: payload } of eventsOfTurn(turn, body, controller.signal, (broken) => tell(reading, broken))) {
      const message = JSON.parse(payload);
      if (event === "done" || event === "error") return { text, message, failed: event === "error" };
      if (event === "progress") {
        follow(() => answer.step(message));
        continue;
      }
      text += message.text;
      answer.node.dataset.state = "reading";
      // A hidden page draws no frames; it shows all of it when it ends.
      frame ||= requestAnimationFrame(draw);
    }
    throw new Error("A turn's events ended without an end.");
  } finally {
    cancelAnimationFrame(frame);
    if (isRead(reading) && text) {
      draw();
      spoken.hear(text, true);
    }
  }
}

/** Draw, and stay at the end of the talk if that is what is seen. */
function follow(draw) {
  const stay = isAtBottom();
  draw();
  if (stay) toBottom();
}

function tell(reading, broken) {
  if (!isRead(reading)) return;
  reading.told = broken;
  if (broken) showNotice("The connection broke. The server goes on with the answer; it goes on here as soon as the server can be reached.");
  else hideNotice();
}

async function settle({ answer }, heard, message, failed, again) {
  const problem = failed ? workerProblem(message) : null;
  const stopped = message.status === "stopped";
  const text = problem?.code === "ANSWER_INTERRUPTED" ? await kept(message.messageId, heard) : heard;
  const askAgain = [quiet("Ask again", again)];
  const stay = isAtBottom();
  let behind;
  if (text === "") answer.node.remove();
  else {
    const status = failed ? "failed" : message.status;
    const row = { id: message.messageId, content: text, status, metadata: message.metadata, model_used: message.model, rating: 0, comment: "" };
    answer.prose.show(text);
    behind = answer.finish({ ...row, created_at: new Date().toISOString() });
  }
  if (failed) {
    const more = text && message.messageId ? " What was said so far is kept." : "";
    showNotice(problem.message + more, { bad: true, actions: problem.retryable ? askAgain : [] });
  } else if (stopped && text === "") showNotice("You stopped this answer before it said anything.", { actions: askAgain });
  else if (text === "") showNotice("The model gave an empty answer.", { actions: askAgain });
  else if (message.finishReason === "length") showNotice("The answer ends here because it reached its length limit.");
  if (!failed) say(stopped ? "You stopped this answer." : "The answer is complete.");
  // What comes at once may be long: where it begins is in sight then, and not its end.
  if (stay && behind) behind.scrollIntoView({ block: "nearest" });
  else if (stay) toBottom();
}

/** What was saved of an answer: a server that dies has said a little more than that. */
async function kept(id, heard) {
  if (id === null) return "";
  try {
    const rows = await data("messages", { select: "id,conversation_id,content", id: `eq.${id}` });
    const [row] = await opened(rows[0].conversation_id, rows);
    return row.content;
  } catch {
    return heard;
  }
}

/** The stream cannot be had: the server keeps what it answers, and the page says so. */
function lost(error, { answer }) {
  answer.node.dataset.state = "left";
  answer.node.querySelector(".steps")?.remove();
  if (error.code === "SESSION_ENDED") throw error;
  if (!(error instanceof Problem)) console.error(error);
  const said = error instanceof Problem ? error.message : "Something went wrong in this page.";
  showNotice(`${said} What the server answers is kept, and can be read here later.`, {
    bad: true,
    actions: [quiet("Try again", () => attempt(() => open(view.id)))],
  });
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

/** Stop the answer that is being read. It ends in its stream; what was said is kept. */
export async function stop() {
  const { reading } = view;
  if (!reading?.turn || reading.stopping) return;
  reading.stopping = true;
  drawComposer();
  if (!narrow.matches) at("question-box").focus();
  say("Stopping the answer.");
  try {
    await worker(`/api/ai/chat/${reading.turn}/stop`, { method: "POST", signal: AbortSignal.timeout(REQUEST_MS) });
  } catch (error) {
    if (!isRead(reading)) return;
    reading.stopping = false;
    reading.told = true;
    drawComposer();
    await attempt(async () => {
      if (error.code === "SESSION_ENDED") throw error;
      if (!(error instanceof Problem)) console.error(error);
      const said = error instanceof Problem ? error.message : "Something went wrong in this page.";
      showNotice(`The answer could not be stopped, and goes on. ${said}`, { bad: true, actions: [quiet("Try again", stop)] });
    });
  }
}
