import { beyond, data, moment } from "./data.js";
import { at, make, quiet } from "./dom.js";
import { attempt } from "./notices.js";
import { view } from "./view.js";

const PAGE = 50;

const NONE = { active: "Nothing here yet.", archived: "Nothing is archived.", deleted: "Nothing is deleted." };

/** The conversations that are listed, newest first: those of which status, and whether there are more. */
export const shelf = { status: "active", rows: [], more: false };

/** List conversations of another status from now on. */
export function list(status) {
  if (shelf.status !== status) Object.assign(shelf, { status, rows: [], more: false });
  at("which").value = status;
}

async function pageOfConversations(last) {
  return data("conversations", {
    select: "id,title,updated_at,status",
    status: `eq.${shelf.status}`,
    is_archived: `eq.${shelf.status !== "active"}`,
    order: "updated_at.desc,id.desc",
    limit: String(PAGE),
    ...(last && { or: beyond("updated_at", last) }),
  });
}

/** Fetch the first page anew and keep the older rows that were fetched before. */
export async function loadShelf() {
  const { status } = shelf;
  const page = await pageOfConversations(null);
  if (status !== shelf.status) return;
  const known = new Set(page.map((row) => row.id));
  const full = page.length === PAGE;
  const oldest = full ? moment(page.at(-1).updated_at) : null;
  const older = full ? shelf.rows.filter((row) => !known.has(row.id) && moment(row.updated_at) <= oldest) : [];
  shelf.more = full && (older.length ? shelf.more : true);
  shelf.rows = [...page, ...older];
  drawShelf();
}

async function loadOlder() {
  const page = await pageOfConversations(shelf.rows.at(-1));
  const first = shelf.rows.length;
  shelf.rows = [...shelf.rows, ...page];
  shelf.more = page.length === PAGE;
  drawShelf();
  at("list").querySelectorAll("li a")[first]?.focus();
}

function ageOf(text) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - moment(text)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days <= 7) return "The last seven days";
  return new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(moment(text));
}

function drawShelf() {
  const parts = [];
  let age = null;
  if (shelf.rows.length === 0) parts.push(make("p", { className: "none", textContent: NONE[shelf.status] }));
  for (const row of shelf.rows) {
    if (ageOf(row.updated_at) !== age) {
      age = ageOf(row.updated_at);
      parts.push(make("h2", { textContent: age }), make("ul"));
    }
    const anchor = make("a", { href: `#${row.id}`, textContent: row.title, title: row.title, on: { click: closeShelf } });
    if (row.id === view.id) anchor.setAttribute("aria-current", "page");
    parts.at(-1).append(make("li", {}, anchor));
  }
  const more = make("div", { className: "more" });
  if (shelf.more) more.append(quiet("Older", () => attempt(loadOlder)));
  at("list").replaceChildren(...parts, more);
}

/** Mark the conversation that is open. */
export function markOpen() {
  for (const anchor of at("list").querySelectorAll("li a")) {
    if (anchor.hash === `#${view.id}`) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

export function openShelf() {
  // Only from now on, so that a window that is made narrow does not show it sliding out.
  at("shelf").classList.add("slides", "open");
  at("veil").hidden = false;
  at("stage").inert = true;
  at("open-shelf").setAttribute("aria-expanded", "true");
  at("close-shelf").focus();
}

export function closeShelf() {
  if (!at("shelf").classList.contains("open")) return;
  at("shelf").classList.remove("open");
  at("veil").hidden = true;
  at("stage").inert = false;
  at("open-shelf").setAttribute("aria-expanded", "false");
  at("open-shelf").focus();
}
