// ---- Asking ------------------------------------------------------------------------------------------------------

async function ask(text) {
  if (reading || waitTimer) return;
  const { length } = [...text];
  if (length > configuration.maxMessageChars) {
    showNotice(`A question may have ${configuration.maxMessageChars} characters; this one has ${length}.`, { bad: true });
    return;
  }
  const visit = visits;
  const controller = new AbortController();
  const question = questionNode(text);
  const answer = answerNode(null);
  reading = { controller, turn: null };
  const asked = reading;
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
    if (visit !== visits) return;
    if (view.id === null) begun(response.headers.get("X-Conversation-Id"), text);
    await read(response.body, answer, asked, text);
  } catch (error) {
    if (visit !== visits) return;
    if (asked.turn === null) notAsked(error, text, question, answer);
    else lost(error, asked.turn, answer);
  } finally {
    clearTimeout(late);
    if (reading === asked) reading = null;
    drawComposer();
    if (visit === visits && asked.turn !== null) afterwards();
  }
}

function begun(id, text) {
  const title = text.trim().split("\n")[0].slice(0, 50);
  view = { ...view, id, title };
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

/** Count down until the next question may be asked. */
function wait(problem) {
  const until = performance.now() + problem.retryAfter * 1000;
  const left = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const inWords = () => `You can ask again in ${left()} s; your question stays in the box.`;
  const shown = make("span", { "aria-hidden": "true", textContent: inWords() });
  showNotice(make("span", {}, `${problem.message} `, make("span", { className: "unseen", textContent: inWords() }), shown), { bad: true });
  clearInterval(waitTimer);
  waitTimer = setInterval(() => {
    shown.textContent = inWords();
    if (left() > 0) return;
    clearInterval(waitTimer);
    waitTimer = 0;
    if (at("notice").contains(shown)) hideNotice();
    drawComposer();
    say("You can ask again.");
  }, 250);
}

/** The stream was left or broke off; the server goes on and keeps the answer. */
function lost(error, turn, answer) {
  const visit = visits;
  answer.node.dataset.state = "left";
  const show = () => {
    showNotice("The answer is still being written. It appears here when it is complete.");
    return attempt(() => follow(turn, visit));
  };
  if (error.name === "AbortError") {
    showNotice("You stopped reading. The server writes the answer to its end and keeps it.", {
      actions: [quiet("Show the whole answer", show)],
    });
    say("You stopped reading.");
  } else {
    showNotice("The connection broke. The server goes on with the answer and keeps it; it appears here when it is complete.");
    attempt(() => follow(turn, visit));
  }
}

/** Wait for a turn to be settled, then show what was saved. */
async function follow(turn, visit) {
  const until = Date.now() + LONGEST_ANSWER_MS;
  while (visit === visits && Date.now() < until) {
    let row;
    try {
      [row] = await data("turns", { select: "status", id: `eq.${turn}` });
    } catch (error) {
      // Away for a while, perhaps: that is what is being waited out.
      if (error.code !== "UNREACHABLE" && error.status < 500) throw error;
    }
    if (visit !== visits) return;
    if (row && row.status !== "running") {
      await open(view.id);
      return;
    }
    await pause(POLL_MS);
  }
}

/** What became of a question that has no answer yet. */
async function lookForTurn(visit, question) {
  const [turn] = await data("turns", { select: "id,status", question_id: `eq.${question.id}` });
  if (visit !== visits || !turn) return;
  if (turn.status === "running") {
    at("talk").append(answerNode(null).node);
    showNotice("The answer is still being written. It appears here when it is complete.");
    toBottom();
    await follow(turn.id, visit);
  } else if (!view.archived) {
    showNotice("This question got no answer.", { bad: true, actions: [quiet("Ask again", () => ask(question.content))] });
  }
}

function send() {
  const text = at("question-box").value;
  if (text.trim() !== "") ask(text);
}

/** As high as its text, up to the style sheet's limit. */
function fit() {
  const box = at("question-box");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
