import { unreplaced } from "./branches.js";
import { drawComposer, isWaiting } from "./composer.js";
import { configuration } from "./configuration.js";
import { beyond, data, moment } from "./data.js";
import { at, narrow, quiet, scroll, toBottom } from "./dom.js";
import { cannotAsk, me } from "./me.js";
import { messageNode } from "./messages.js";
import { attempt, hideNotice, showNotice } from "./notices.js";
import { opened } from "./sealed.js";
import { shelf } from "./shelf.js";
import { closeRename, drawTop } from "./top.js";
import { view } from "./view.js";

const PAGE = 100;
const NO_CONTEXT = { contextType: null, projectId: null };
const GREETINGS = { project: "What about this configuration?", infrastructure: "What about the infrastructure of your projects?" };
const SESSION =
  "Ask why something is as it is, where the YAML document and the database differ, or for a change. What is suggested changes nothing until somebody accepts it.";

let unanswered = async () => {};
let back = async () => {};

/** What to do, in a visit, about a question at the end that has no answer. */
export function whenUnanswered(work) {
  unanswered = work;
}

/** What brings back a conversation that was put away. */
export function whenBrought(work) {
  back = work;
}

/** Let go of what is open: what is still coming of it is late from now on. */
export function leave() {
  view.reading?.controller.abort();
  view.reading = null;
  view.visit += 1;
  closeRename();
  stageFor(null);
  for (const name of ["app", "app-problem"]) at(name).replaceChildren();
  if (!isWaiting()) hideNotice();
  drawComposer();
}

/** Set the stage for an app, or else for a conversation. */
export function stageFor(app) {
  view.app = app;
  at("app").hidden = app === null;
  at("talk").hidden = at("foot").hidden = app !== null;
  scroll.setAttribute("aria-label", app === null ? "What was said" : "The app and its database");
}

/** A conversation that is not begun yet. */
export function showBlank() {
  leave();
  Object.assign(view, { id: null, title: "New conversation", status: "active", ...NO_CONTEXT, head: null, messages: [] });
  const hour = new Date().getHours();
  const greeting = hour < 5 ? "Hello" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  const invitation = configuration.demonstration
    ? "Ask something. Answers come from the built-in demonstration model, since this server has no model provider yet."
    : "What would you like to know? What is said here is kept, and only you can read it.";
  greet(`${greeting}${me.name ? `, ${me.name}` : ""}.`, cannotAsk() ?? invitation);
  at("earlier-row").hidden = true;
  at("talk").replaceChildren();
  drawTop();
  drawComposer();
  if (!narrow.matches) at("question-box").focus();
}

function greet(line, more) {
  at("greeting-line").textContent = line;
  at("greeting-more").textContent = more;
  at("greeting").hidden = false;
}

function waysBack({ status, restorable_until: until }) {
  if (status === "archived") return "It can be read here. To go on with it, restore it.";
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(moment(until));
  return `You deleted this conversation. Until ${day} it can be restored; after that it will be gone for good.`;
}

/** Show a conversation of the database. */
export async function open(id) {
  leave();
  at("toast").hidden = true;
  const { visit } = view;
  const known = shelf.rows.find((row) => row.id === id);
  Object.assign(view, { id, title: known?.title ?? "", status: known?.status ?? "active", ...NO_CONTEXT, head: null, messages: [] });
  at("greeting").hidden = true;
  at("earlier-row").hidden = true;
  at("talk").replaceChildren();
  drawTop();
  const [[row], messages] = await Promise.all([
    data("conversation_overview", { select: "id,title,status,restorable_until,head_id,context_type,project_id", id: `eq.${id}` }),
    pageOfMessages(id),
  ]);
  if (visit !== view.visit) return;
  if (!row) {
    history.replaceState(null, "", "#new");
    showBlank();
    showNotice("This conversation does not exist, or is not yours.", { bad: true });
    return;
  }
  Object.assign(view, { title: row.title, status: row.status, head: row.head_id, contextType: row.context_type, projectId: row.project_id });
  showMessages(messages);
  if (messages.length === 0) greet(GREETINGS[row.context_type] ?? "Nothing was said here yet.", row.context_type ? SESSION : "");
  drawTop();
  drawComposer();
  if (view.status !== "active") showNotice(waysBack(row), { actions: [quiet("Restore", () => attempt(back))] });
  toBottom();
  reveal();
  (narrow.matches || at("ask").hidden ? at("title") : at("question-box")).focus();
  if (messages.at(-1)?.role === "user") await unanswered(visit, messages.at(-1));
}

/** Bring the message that was looked for before the reader's eyes, if it is among those that are shown. */
export function reveal() {
  const { wanted } = view;
  view.wanted = null;
  if (wanted) [...at("talk").children].find((node) => node.dataset.id === wanted)?.scrollIntoView({ block: "center" });
}

async function pageOfMessages(id, last) {
  const rows = await data("messages", {
    select: "id,parent_id,role,content,metadata,model_used,latency_ms,created_at",
    conversation_id: `eq.${id}`,
    order: "created_at.desc,id.desc",
    limit: String(PAGE),
    ...(last && { or: beyond("created_at", last) }),
  });
  const answers = rows.filter((row) => row.role === "assistant").map((row) => row.id);
  const those = `in.(${answers.join(",")})`;
  const [feedback, turns] = answers.length
    ? await Promise.all([
        data("feedback", { select: "message_id,rating,comment", user_id: `eq.${me.id}`, message_id: those }),
        data("turns", { select: "id,status", id: those, status: "in.(stopped,failed)" }),
      ])
    : [[], []];
  const said = new Map(feedback.map((row) => [row.message_id, row]));
  const ended = new Map(turns.map((row) => [row.id, row.status]));
  return (await opened(id, rows)).reverse().map((row) => ({
    ...row,
    status: ended.get(row.id) ?? "completed",
    rating: said.get(row.id)?.rating ?? 0,
    comment: said.get(row.id)?.comment ?? "",
  }));
}

/** Put a page of messages before those that are shown, without what turns out to have been replaced. */
function showMessages(page) {
  view.messages = [...page, ...view.messages];
  const shown = new Set(unreplaced(view.messages, view.head).filter(isForPeople).map((row) => row.id));
  for (const node of at("talk").querySelectorAll("[data-id]")) if (!shown.has(node.dataset.id)) node.remove();
  at("talk").prepend(...page.filter((row) => shown.has(row.id)).map(messageNode));
  at("earlier-row").hidden = page.length < PAGE;
}

/** Calls of tools, which may be all of an answer, and their results are between the model and a client. */
const isForPeople = ({ role, content }) => role === "user" || (role === "assistant" && content !== "");

export async function showEarlier() {
  const { visit } = view;
  const rows = await pageOfMessages(view.id, view.messages[0]);
  if (visit !== view.visit) return;
  const below = scroll.scrollHeight - scroll.scrollTop;
  showMessages(rows);
  scroll.scrollTop = scroll.scrollHeight - below;
}
