// ---- The stage: one conversation ---------------------------------------------------------------------------------

let view = { id: null, title: "", archived: false, oldest: null };
let visits = 0;
let reading = null;
let waitTimer = 0;

const scroll = at("scroll");
const isAtBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_BOTTOM_PX;
const toBottom = () => { scroll.scrollTop = scroll.scrollHeight; };

function showNotice(text, { bad = false, actions = [] } = {}) {
  const stay = isAtBottom();
  at("notice").classList.toggle("bad", bad);
  at("notice").replaceChildren(make("div", {}, text), ...actions);
  at("notice").hidden = false;
  if (stay) toBottom();
}

function hideNotice() {
  at("notice").hidden = true;
  at("notice").replaceChildren();
}

let toastTimer = 0;

function toast(text, undo) {
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
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (error.code === "SESSION_ENDED" || error.code === "NO_MEMBERSHIP") {
      showDoor(error.message);
      return undefined;
    }
    if (!(error instanceof Problem)) console.error(error);
    const text = error instanceof Problem ? error.message : "Something went wrong in this page. Reload it and try again.";
    showNotice(text, { bad: true, actions: error.retryable ? [quiet("Try again", () => { hideNotice(); attempt(work); })] : [] });
    return undefined;
  }
}

function leave() {
  reading?.controller.abort();
  reading = null;
  visits += 1;
  closeRename();
  if (!waitTimer) hideNotice();
  drawComposer();
}

function drawTop() {
  at("title").textContent = view.title;
  document.title = view.id ? `${view.title} – Palaver` : "Palaver";
  at("actions").hidden = view.id === null;
  at("archive").textContent = view.archived ? "Restore" : "Archive";
  for (const anchor of at("list").querySelectorAll("li a")) {
    if (anchor.hash === `#${view.id}`) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

function drawComposer() {
  const why = me && cannotAsk();
  at("ask").hidden = Boolean(why);
  at("hint").textContent = why ?? "Enter sends, Shift and Enter start a new line.";
  at("hint").classList.toggle("keys", !why);
  // Before the turn is known there is nothing to leave: the question could be neither withdrawn nor followed.
  at("stop").hidden = !reading?.turn;
  at("send").hidden = Boolean(reading?.turn);
  at("send").disabled = reading !== null || waitTimer !== 0 || at("question-box").value.trim() === "";
}

function showBlank() {
  leave();
  view = { id: null, title: "New conversation", archived: false, oldest: null };
  const hour = new Date().getHours();
  const greeting = hour < 5 ? "Hello" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  at("greeting-line").textContent = `${greeting}${me.name ? `, ${me.name}` : ""}.`;
  const invitation = configuration.demonstration
    ? "Ask something. Answers come from the built-in demonstration model, since this server has no model provider yet."
    : "What would you like to know? What is said here is kept, and only you can read it.";
  at("greeting-more").textContent = cannotAsk() ?? invitation;
  at("greeting").hidden = false;
  at("earlier-row").hidden = true;
  at("talk").replaceChildren();
  drawTop();
  drawComposer();
  if (!narrow.matches) at("question-box").focus();
}

async function open(id) {
  leave();
  at("toast").hidden = true;
  const visit = visits;
  const known = shelf.rows.find((row) => row.id === id);
  view = { id, title: known?.title ?? "", archived: known?.is_archived ?? false, oldest: null };
  at("greeting").hidden = true;
  at("earlier-row").hidden = true;
  at("talk").replaceChildren();
  drawTop();
  const [[row], messages] = await Promise.all([
    data("conversations", { select: "id,title,is_archived", id: `eq.${id}` }),
    pageOfMessages(id),
  ]);
  if (visit !== visits) return;
  if (!row) {
    history.replaceState(null, "", "#new");
    showBlank();
    showNotice("This conversation does not exist, or is not yours.", { bad: true });
    return;
  }
  view = { ...view, title: row.title, archived: row.is_archived };
  showMessages(messages);
  drawTop();
  drawComposer();
  if (view.archived) {
    showNotice("It can be read here. To go on with it, restore it.", {
      actions: [quiet("Restore", () => attempt(() => setArchived(false)))],
    });
  }
  toBottom();
  (narrow.matches || at("ask").hidden ? at("title") : at("question-box")).focus();
  if (messages.at(-1)?.role === "user") await lookForTurn(visit, messages.at(-1));
}

async function pageOfMessages(id, last) {
  const rows = await data("messages", {
    select: "id,role,content,model_used,latency_ms,created_at",
    conversation_id: `eq.${id}`,
    role: "in.(user,assistant)",
    order: "created_at.desc,id.desc",
    limit: String(PAGE_OF_MESSAGES),
    ...(last && { or: beyond("created_at", last) }),
  });
  const answers = rows.filter((row) => row.role === "assistant").map((row) => row.id);
  const feedback = answers.length
    ? await data("feedback", {
        select: "message_id,rating,comment",
        user_id: `eq.${me.id}`,
        message_id: `in.(${answers.join(",")})`,
      })
    : [];
  const said = new Map(feedback.map((row) => [row.message_id, row]));
  return rows.reverse().map((row) => ({ ...row, rating: said.get(row.id)?.rating ?? 0, comment: said.get(row.id)?.comment ?? "" }));
}

function showMessages(rows) {
  at("talk").replaceChildren(...rows.map(messageNode));
  noteOldest(rows);
}

function noteOldest(rows) {
  view.oldest = rows[0] ?? null;
  at("earlier-row").hidden = rows.length < PAGE_OF_MESSAGES;
}

async function showEarlier() {
  const visit = visits;
  const rows = await pageOfMessages(view.id, view.oldest);
  if (visit !== visits) return;
  const below = scroll.scrollHeight - scroll.scrollTop;
  at("talk").prepend(...rows.map(messageNode));
  noteOldest(rows);
  scroll.scrollTop = scroll.scrollHeight - below;
}
