// The console: signs in at Supabase Auth, reads and writes rows through the Data API, asks the worker.
// What people and models wrote reaches the page as text nodes only.

const configuration = JSON.parse(document.getElementById("configuration").textContent);

const SESSION = "palaver.session";
const REFRESH_BEFORE_MS = 60_000;
const PAGE_OF_CONVERSATIONS = 50;
const PAGE_OF_MESSAGES = 100;
const POLL_MS = 1_000;
const LONGEST_ANSWER_MS = 16 * 60_000;
const REQUEST_MS = 20_000;
const LONGEST_SILENCE_MS = 30_000;
const NEAR_BOTTOM_PX = 64;
const LONG_QUESTION = 280;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const at = (id) => document.getElementById(id);

/** An element with properties, attributes (`aria…`, `data…`, `href`, `for`) and children; texts become text nodes. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") for (const [event, heard] of Object.entries(value)) element.addEventListener(event, heard);
    else if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const quiet = (text, click) => make("button", { type: "button", className: "quiet", textContent: text, on: { click } });
const say = (text) => { at("status").textContent = text; };
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** A timestamp as PostgreSQL or as ISO 8601 writes it. */
const moment = (text) => new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));

// ---- Errors ------------------------------------------------------------------------------------------------------

/** Something that went wrong, in words for people. */
export class Problem extends Error {
  constructor(text, { status = 0, code = "", retryable = false, retryAfter = null } = {}) {
    super(text);
    Object.assign(this, { status, code, retryable, retryAfter });
  }
}

const ended = () => new Problem("Your session has ended. Sign in again.", { status: 401, code: "SESSION_ENDED" });

const MODEL_PROBLEMS = {
  unauthorized: "The model provider does not accept this server's key. An administrator has to look into it.",
  not_configured: "The model that is set for your organisation is not available on this server. An administrator has to look into it.",
  rate_limited: "The model provider is busy just now.",
  server_error: "The model provider has a problem of its own just now.",
  timeout: "The model took too long to answer.",
  interrupted: "The model's answer broke off.",
  invalid_response: "The model provider answered something that cannot be read.",
};

/** The problem (RFC 9457) that the worker answered, as a sentence and what can be done about it. */
export function workerProblem(body, { status = 0, retryAfter = null, requestId = null, conversation = null } = {}) {
  const code = typeof body?.code === "string" ? body.code : "";
  const detail = typeof body?.detail === "string" ? body.detail : "";
  const more = {
    status: body?.status ?? status,
    code,
    retryable: body?.retryable === true,
    retryAfter: typeof body?.retry_after_seconds === "number" ? body.retry_after_seconds : retryAfter,
  };
  const tell = (text) => new Problem(text, more);
  switch (code) {
    case "INSUFFICIENT_PERMISSIONS":
      return tell(`${detail || "You may not do this."} An administrator of your organisation can give you access.`);
    case "CONVERSATION_ARCHIVED":
      return tell("This conversation is archived. Restore it to go on.");
    case "RATE_LIMIT":
      return tell(detail || "That was one question too many for this minute.");
    case "AI_SERVICE_ERROR":
      return tell(
        MODEL_PROBLEMS[body.reason] ??
          (more.retryable ? "The model provider cannot be reached just now." : "The model provider refused this question."),
      );
    case "NOT_FOUND":
      return tell(
        conversation
          ? "The server does not find this conversation, or the assistant has been switched off."
          : "The assistant is switched off on this server.",
      );
    case "INTERNAL_ERROR":
    case "":
      return tell(
        `Something went wrong on the server${status ? ` (${status})` : ""}.` +
          (requestId ? ` Its log knows this request as ${requestId}.` : ""),
      );
    default:
      return tell(detail || body.title || "Something went wrong on the server.");
  }
}

function authProblem(body, status) {
  const code = body?.error_code ?? body?.error ?? "";
  if (code === "invalid_credentials" || code === "invalid_grant") {
    return new Problem("That e-mail address and password do not belong together.", { status, code });
  }
  if (code === "email_not_confirmed") {
    return new Problem("Confirm your e-mail address first: a message with a link was sent to it.", { status, code });
  }
  if (code === "user_banned") return new Problem("This account has been closed.", { status, code });
  if (status === 429) return new Problem("Too many attempts. Wait a minute, then try again.", { status, code });
  if (status >= 500) return new Problem("The sign-in service has a problem. Try again in a moment.", { status, code });
  return new Problem(`The sign-in service refused (${body?.msg ?? body?.error_description ?? status}).`, { status, code });
}

async function reach(what, url, options) {
  try {
    return await fetch(url, { credentials: "omit", cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(`${what} cannot be reached. Check the connection and try again.`, {
      code: "UNREACHABLE",
      retryable: true,
    });
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

// ---- Session -----------------------------------------------------------------------------------------------------

let session = null;
let refreshing = null;
let refreshTimer = 0;

async function auth(path, body, token) {
  const response = await reach("The sign-in service", `${configuration.supabaseUrl}/auth/v1/${path}`, {
    method: "POST",
    headers: {
      apikey: configuration.publishableKey,
      "Content-Type": "application/json",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const answer = await json(response);
  if (!response.ok) throw authProblem(answer, response.status);
  return answer;
}

function keep(granted) {
  session = {
    access: granted.access_token,
    refresh: granted.refresh_token,
    // By this machine's clock, which may differ from the server's.
    until: Date.now() + granted.expires_in * 1000,
    id: granted.user?.id ?? session?.id,
    email: granted.user?.email ?? session?.email,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(() => {}), Math.max(granted.expires_in * 1000 - REFRESH_BEFORE_MS, 5_000));
}

function forget() {
  session = null;
  clearTimeout(refreshTimer);
  sessionStorage.removeItem(SESSION);
}

/** Renew the tokens, once however many ask. A service that is away ends no session. */
function refresh() {
  refreshing ??= (async () => {
    try {
      keep(await auth("token?grant_type=refresh_token", { refresh_token: session.refresh }));
    } catch (error) {
      if (error.status >= 400 && error.status < 500 && error.status !== 429) throw ended();
      throw error;
    } finally {
      refreshing = null;
    }
  })();
  return refreshing;
}

async function accessToken() {
  if (!session) throw ended();
  if (session.until - Date.now() < REFRESH_BEFORE_MS) {
    try {
      await refresh();
    } catch (error) {
      if (error.code === "SESSION_ENDED" || session.until <= Date.now()) throw error;
    }
  }
  if (!session) throw ended();
  return session.access;
}

/** Call with a valid token, and once more with a new one if it is refused. */
async function withToken(call) {
  const response = await call(await accessToken());
  if (response.status !== 401) return response;
  await refresh();
  const again = await call(await accessToken());
  if (again.status === 401) throw ended();
  return again;
}

/** The Data API: rows of a table or view, by a query as PostgREST takes it. */
async function data(table, query, { method = "GET", body, prefer } = {}) {
  const url = `${configuration.supabaseUrl}/rest/v1/${table}?${new URLSearchParams(query)}`;
  const response = await withToken((token) =>
    reach("The database", url, {
      method,
      headers: {
        apikey: configuration.publishableKey,
        Authorization: `Bearer ${token}`,
        ...(body && { "Content-Type": "application/json" }),
        ...(prefer && { Prefer: prefer }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS),
    }),
  );
  const answer = await json(response);
  if (response.ok) return answer;
  if (response.status === 403 || answer?.code === "42501") throw new Problem("You may not do this.", { status: 403 });
  throw new Problem("The database did not accept this. Try again in a moment.", {
    status: response.status,
    retryable: response.status >= 500,
  });
}

// ---- The stream of an answer -------------------------------------------------------------------------------------

/** Server-sent events (WHATWG HTML, 9.2.6) out of text that may be cut anywhere. */
export class EventParser {
  #line = "";
  #afterReturn = false;
  #event = "";
  #data = [];

  /** The events that this piece completes, each `{event, data}`. */
  push(text) {
    const events = [];
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      const char = text[index];
      if (char === "\n" && this.#afterReturn && index === start) {
        this.#afterReturn = false;
        start = index + 1;
        continue;
      }
      if (char !== "\n" && char !== "\r") continue;
      this.#take(this.#line + text.slice(start, index), events);
      this.#line = "";
      this.#afterReturn = char === "\r";
      start = index + 1;
    }
    if (start < text.length) {
      this.#line += text.slice(start);
      this.#afterReturn = false;
    }
    return events;
  }

  #take(line, events) {
    if (line === "") {
      if (this.#data.length) events.push({ event: this.#event || "message", data: this.#data.join("\n") });
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
  }
}

async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// ---- Text: a small part of Markdown, as DOM nodes ----------------------------------------------------------------

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const INLINE = new RegExp(
  [
    "\\\\([\\\\`*_{}\\[\\]()#+.!>~|-])",
    "(`+)([^`](?:[\\s\\S]*?[^`])?)\\2(?!`)",
    "\\*\\*(?=\\S)([\\s\\S]*?\\S)\\*\\*(?!\\*)",
    "(?<!\\w)__(?=\\S)([\\s\\S]*?\\S)__(?!\\w)",
    "\\*(?=[^\\s*])([\\s\\S]*?[^\\s*])\\*(?!\\*)",
    "(?<!\\w)_(?=[^\\s_])([\\s\\S]*?[^\\s_])_(?!\\w)",
    "\\[([^\\[\\]\\n]+)\\]\\(<?(https?:\\/\\/(?:[^\\s()<>]|\\([^\\s()<>]*\\))+)>?(?:[ \\t]+\"[^\"\\n]*\")?\\)",
    "(https?:\\/\\/[^\\s<>\"'`]*[^\\s<>\"'`.,;:!?)\\]}*_])",
  ].join("|"),
  "gi",
);
// Beyond these, text is shown as it came: looking for marks in it could take long.
const LONGEST_INLINE = 8_000;
const DEEPEST = 6;

/** The blocks of a text; equal `source` means equal rendering. */
export function blocksOf(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  let index = 0;
  const add = (kind, from, rest) => blocks.push({ kind, source: `${kind}\n${lines.slice(from, index).join("\n")}`, ...rest });
  while (index < lines.length) {
    const from = index;
    const line = lines[index];
    const fence = FENCE.exec(line);
    if (line.trim() === "") {
      index += 1;
    } else if (fence) {
      const close = new RegExp(`^ {0,3}${fence[1][0]}{${fence[1].length},}[ \\t]*$`);
      index += 1;
      while (index < lines.length && !close.test(lines[index])) index += 1;
      const code = lines.slice(from + 1, index).join("\n");
      index += 1;
      add("code", from, { text: code });
    } else if (HEADING.test(line)) {
      index += 1;
      add("heading", from, { text: HEADING.exec(line)[1] });
    } else if (RULE.test(line)) {
      index += 1;
      add("rule", from, {});
    } else if (QUOTE.test(line)) {
      while (index < lines.length && QUOTE.test(lines[index])) index += 1;
      add("quote", from, { text: lines.slice(from, index).map((each) => QUOTE.exec(each)[1]).join("\n") });
    } else if (ITEM.test(line)) {
      const items = [];
      for (; index < lines.length; index += 1) {
        const item = ITEM.exec(lines[index]);
        if (item && !RULE.test(lines[index])) {
          const ordered = /\d/.test(item[2]);
          items.push({ indent: item[1].replace(/\t/g, "    ").length, ordered, start: parseInt(item[2], 10), text: item[3] });
        } else if (lines[index].trim() === "") {
          const next = lines[index + 1] ?? "";
          if (!ITEM.test(next) && !/^\s+\S/.test(next)) break;
        } else if (/^\s/.test(lines[index]) || lines[index - 1].trim() !== "") {
          if (FENCE.test(lines[index]) || HEADING.test(lines[index]) || QUOTE.test(lines[index])) break;
          items.at(-1).text += `\n${lines[index].trim()}`;
        } else break;
      }
      add("list", from, { items });
    } else {
      index += 1;
      const starts = [FENCE, HEADING, RULE, QUOTE, ITEM];
      while (index < lines.length && lines[index].trim() !== "" && !starts.some((each) => each.test(lines[index]))) index += 1;
      add("paragraph", from, { text: lines.slice(from, index).join("\n") });
    }
  }
  return blocks;
}

/** Emphasis, code and links of one block, as nodes. */
export function inline(text, depth = 0) {
  if (depth > DEEPEST || text.length > LONGEST_INLINE) return [text];
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, escaped, , code, strong, strong2, em, em2, label, target, bare] = found;
    if (found.index > done) nodes.push(text.slice(done, found.index));
    done = found.index + whole.length;
    if (escaped !== undefined) nodes.push(escaped);
    else if (code !== undefined) nodes.push(make("code", { textContent: /^ .*[^ ].* $/s.test(code) ? code.slice(1, -1) : code }));
    else if (strong ?? strong2) nodes.push(make("strong", {}, ...inline(strong ?? strong2, depth + 1)));
    else if (em ?? em2) nodes.push(make("em", {}, ...inline(em ?? em2, depth + 1)));
    else nodes.push(link(target ?? bare, label === undefined ? [bare] : inline(label, depth + 1)));
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== "");
}

function link(target, children) {
  let url;
  try {
    url = new URL(target);
  } catch {
    return make("span", {}, ...children);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return make("span", {}, ...children);
  return make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", title: url.href }, ...children);
}

function listOf(items) {
  const { ordered, start, indent } = items[0];
  const list = make(ordered ? "ol" : "ul");
  if (ordered && start !== 1) list.start = start;
  for (let index = 0; index < items.length; ) {
    const entry = make("li", {}, ...inline(items[index].text));
    let inner = index + 1;
    while (inner < items.length && items[inner].indent > indent + 1) inner += 1;
    if (inner > index + 1) entry.append(listOf(items.slice(index + 1, inner)));
    list.append(entry);
    index = inner;
  }
  return list;
}

function nodeOf(block) {
  switch (block.kind) {
    case "code":
      return make("pre", { tabIndex: 0 }, make("code", { textContent: block.text }));
    case "heading":
      return make("p", { className: "heading" }, ...inline(block.text));
    case "rule":
      return make("hr");
    case "quote":
      return make("blockquote", {}, make("p", {}, ...inline(block.text)));
    case "list":
      return listOf(block.items);
    default:
      return make("p", {}, ...inline(block.text));
  }
}

/** A text on the page that can grow; only the blocks that changed are made anew. */
export class Prose {
  #sources = [];

  constructor() {
    this.node = make("div", { className: "prose" });
  }

  show(text) {
    const blocks = blocksOf(text);
    let same = 0;
    while (same < blocks.length && blocks[same].source === this.#sources[same]) same += 1;
    while (this.node.childNodes.length > same) this.node.lastChild.remove();
    this.node.append(...blocks.slice(same).map(nodeOf));
    this.#sources = blocks.map((block) => block.source);
  }
}

/** Hands a growing text to screen readers sentence by sentence, not piece by piece. */
class Spoken {
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

// ---- Who is here -------------------------------------------------------------------------------------------------

let me = null;

async function findMe() {
  const [row] = await data("users", {
    select: "id,tenant_id,name,email,role,preferences",
    auth_id: `eq.${session.id}`,
    limit: "1",
  });
  if (!row) {
    // A Data API may treat a token that it cannot verify as nobody's: ask whose it is before blaming the account.
    const known = await withToken((token) =>
      reach("The sign-in service", `${configuration.supabaseUrl}/auth/v1/user`, {
        headers: { apikey: configuration.publishableKey, Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(REQUEST_MS),
      }),
    );
    if (!known.ok) throw ended();
    throw new Problem(
      `${session.email} has an account, but no access to an organisation here: it was not invited, or was switched off. ` +
        "An administrator can change that.",
      { status: 403, code: "NO_MEMBERSHIP" },
    );
  }
  const [tenant] = await data("tenants", { select: "id,name,features", id: `eq.${row.tenant_id}` });
  return { ...row, tenant: tenant ?? { name: "your organisation", features: {} } };
}

/** Why no question can be asked, as a sentence; null when one can. */
const cannotAsk = () => {
  if (!configuration.assistantEnabled) return "The assistant is switched off on this server. What was said can still be read.";
  if (me.role === "viewer") return `Your account may read but not ask. An administrator of ${me.tenant.name} can change that.`;
  if (me.tenant.features?.ai_assistant === false) return `The assistant is switched off for ${me.tenant.name}.`;
  if (view.archived) return "This conversation is archived. Restore it to go on.";
  return null;
};

function showMe() {
  at("who-name").textContent = me.name || me.email;
  at("who-name").title = me.email;
  const roles = { admin: "administrator", member: "member", viewer: "reader" };
  at("who-role").textContent = `${roles[me.role] ?? me.role}, ${me.tenant.name}`;
  showTheme(me.preferences?.theme);
  at("new").hidden = cannotAsk() !== null;
}

function showTheme(theme) {
  const known = theme === "light" || theme === "dark";
  if (known) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  at("theme").value = known ? theme : "system";
}

async function chooseTheme() {
  const theme = at("theme").value;
  showTheme(theme);
  await attempt(async () => {
    const [now] = await data("users", { select: "preferences", id: `eq.${me.id}` });
    const preferences = { ...now?.preferences, theme };
    await data("users", { id: `eq.${me.id}` }, { method: "PATCH", body: { preferences }, prefer: "return=minimal" });
    say("The appearance was saved.");
  });
}

async function showUsage() {
  const rows = await data("current_day_usage", { select: "total_tokens,request_count", user_id: `eq.${me.id}` });
  const { total_tokens: tokens = 0, request_count: questions = 0 } = rows[0] ?? {};
  const number = new Intl.NumberFormat("en-GB");
  at("usage").textContent =
    questions === 0
      ? "No questions yet today"
      : `Today ${number.format(questions)} ${questions === 1 ? "question" : "questions"}, ${number.format(tokens)} tokens`;
}

// ---- The shelf: conversations ------------------------------------------------------------------------------------

const shelf = { archived: false, rows: [], more: false };

/** Rows after `last` in the order of two columns, both the same way; for PostgREST's `or`. */
const beyond = (column, last) =>
  `(${column}.lt."${last[column]}",and(${column}.eq."${last[column]}",id.lt.${last.id}))`;

async function pageOfConversations(last) {
  return data("conversations", {
    select: "id,title,updated_at,is_archived",
    is_archived: `eq.${shelf.archived}`,
    order: "updated_at.desc,id.desc",
    limit: String(PAGE_OF_CONVERSATIONS),
    ...(last && { or: beyond("updated_at", last) }),
  });
}

async function loadShelf() {
  const { archived } = shelf;
  const page = await pageOfConversations(null);
  if (archived !== shelf.archived) return;
  const known = new Set(page.map((row) => row.id));
  const full = page.length === PAGE_OF_CONVERSATIONS;
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
  shelf.more = page.length === PAGE_OF_CONVERSATIONS;
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
  if (shelf.archived) parts.push(make("h2", { textContent: "Archived" }));
  if (shelf.rows.length === 0) {
    parts.push(make("p", { className: "none", textContent: shelf.archived ? "Nothing is archived." : "Nothing here yet." }));
  } else if (shelf.archived) parts.push(make("ul"));
  for (const row of shelf.rows) {
    if (!shelf.archived && ageOf(row.updated_at) !== age) {
      age = ageOf(row.updated_at);
      parts.push(make("h2", { textContent: age }), make("ul"));
    }
    const anchor = make("a", { href: `#${row.id}`, textContent: row.title, title: row.title, on: { click: closeShelf } });
    if (row.id === view.id) anchor.setAttribute("aria-current", "page");
    parts.at(-1).append(make("li", {}, anchor));
  }
  const more = make("div", { className: "more" });
  if (shelf.more) more.append(quiet("Older", () => attempt(loadOlder)));
  more.append(
    quiet(shelf.archived ? "Back to conversations" : "Archived conversations", () => {
      Object.assign(shelf, { archived: !shelf.archived, rows: [], more: false });
      return attempt(loadShelf);
    }),
  );
  at("list").replaceChildren(...parts, more);
}

const narrow = matchMedia("(max-width: 52rem)");

function openShelf() {
  // Only from now on, so that a window that is made narrow does not show it sliding out.
  at("shelf").classList.add("slides", "open");
  at("veil").hidden = false;
  at("stage").inert = true;
  at("open-shelf").setAttribute("aria-expanded", "true");
  at("close-shelf").focus();
}

function closeShelf() {
  if (!at("shelf").classList.contains("open")) return;
  at("shelf").classList.remove("open");
  at("veil").hidden = true;
  at("stage").inert = false;
  at("open-shelf").setAttribute("aria-expanded", "false");
  at("open-shelf").focus();
}

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

const messageNode = (row) => (row.role === "user" ? questionNode(row.content) : answerNode(row).node);

function questionNode(text) {
  const long = text.length > LONG_QUESTION ? " long" : "";
  return make("h2", { className: `question${long}` }, make("span", { className: "unseen", textContent: "You asked: " }), text.trim());
}

/** An answer on the page: finished when it has a row, else one that is still to come. */
function answerNode(row) {
  const prose = new Prose();
  const node = make("article", { className: "answer", "aria-label": "Answer" }, prose.node);
  const finish = (saved) => {
    node.dataset.state = "said";
    if (saved.id) node.append(tools(saved));
  };
  if (row) {
    prose.show(row.content);
    finish(row);
  } else node.dataset.state = "waiting";
  return { node, prose, finish };
}

function tools(row) {
  const thumbs = new Map();
  const remark = make("div", { className: "remark", hidden: true });
  const draw = () => {
    for (const [rating, button] of thumbs) button.setAttribute("aria-pressed", String(row.rating === rating));
    remark.hidden = row.rating === 0;
    remark.replaceChildren(
      row.comment ? make("p", { className: "remark-said", textContent: row.comment }) : "",
      quiet(row.comment ? "Change your comment" : "Add a comment", () => editRemark(row, remark, draw)),
    );
  };
  const thumb = (rating, name, label) => {
    const button = make("button", { type: "button", className: "tool", "aria-label": label, title: label }, icon(name));
    button.addEventListener("click", () =>
      attempt(async () => {
        await rate(row, row.rating === rating ? 0 : rating, row.comment);
        draw();
        say(row.rating === 0 ? "Your rating was taken back." : "Your rating was saved. Thank you.");
      }),
    );
    thumbs.set(rating, button);
    return button;
  };
  const copy = make("button", { type: "button", className: "tool", "aria-label": "Copy this answer", title: "Copy this answer" }, icon("copy"));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(row.content);
      toast("Copied");
    } catch {
      toast("The browser does not let this page copy");
    }
  });
  const said = moment(row.created_at);
  const day = said < new Date().setHours(0, 0, 0, 0) ? { day: "numeric", month: "short" } : {};
  const when = new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit" }).format(said);
  const seconds = row.latency_ms >= 100 ? `${(row.latency_ms / 1000).toFixed(1)} s` : null;
  const facts = [row.model_used, seconds, when].filter(Boolean).join(" · ");
  const meta = make("div", { className: "meta" }, copy, thumb(1, "good", "Good answer"), thumb(-1, "bad", "Bad answer"));
  meta.append(make("span", { className: "facts", textContent: facts }));
  draw();
  return make("footer", {}, meta, remark);
}

async function rate(row, rating, comment) {
  if (rating === 0) {
    await data("feedback", { message_id: `eq.${row.id}`, user_id: `eq.${me.id}` }, { method: "DELETE" });
    Object.assign(row, { rating: 0, comment: "" });
    return;
  }
  await data(
    "feedback",
    { on_conflict: "tenant_id,message_id,user_id" },
    {
      method: "POST",
      body: { tenant_id: me.tenant_id, user_id: me.id, message_id: row.id, rating, comment: comment || null },
      prefer: "resolution=merge-duplicates,return=minimal",
    },
  );
  Object.assign(row, { rating, comment });
}

function editRemark(row, remark, draw) {
  const box = make("textarea", { value: row.comment, maxLength: 5000, "aria-label": "Your comment on this answer" });
  const save = quiet("Save comment", () =>
    attempt(async () => {
      await rate(row, row.rating, box.value.trim());
      draw();
      say("Your comment was saved.");
    }),
  );
  remark.replaceChildren(box, make("div", { className: "remark-row" }, save, quiet("Cancel", draw)));
  box.focus({ preventScroll: true });
  remark.scrollIntoView({ block: "nearest" });
}

// ---- Renaming and archiving --------------------------------------------------------------------------------------

function openRename() {
  at("rename-form").hidden = false;
  at("title").hidden = at("actions").hidden = true;
  at("rename-title").value = view.title;
  at("rename-title").select();
  at("rename-title").focus();
}

function closeRename() {
  if (at("rename-form").hidden) return;
  at("rename-form").hidden = true;
  at("title").hidden = false;
  drawTop();
}

async function rename() {
  const title = at("rename-title").value.trim();
  const { id } = view;
  if (title && title !== view.title) {
    await data("conversations", { id: `eq.${id}` }, { method: "PATCH", body: { title }, prefer: "return=minimal" });
    if (view.id === id) view.title = title;
    say("Renamed.");
  }
  closeRename();
  at("rename").focus();
  await loadShelf();
}

async function setArchived(archived, id = view.id) {
  await data("conversations", { id: `eq.${id}` }, { method: "PATCH", body: { is_archived: archived }, prefer: "return=minimal" });
  if (archived) {
    if (view.id === id) location.hash = "#new";
    toast("Archived", () => setArchived(false, id));
  } else {
    shelf.archived = false;
    if (view.id === id) await open(id);
    else location.hash = `#${id}`;
  }
  await loadShelf();
  if (!archived) say("Restored.");
}

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

// ---- The door, and the way in ------------------------------------------------------------------------------------

function showDoor(text = "") {
  leave();
  forget();
  clearInterval(waitTimer);
  waitTimer = 0;
  hideNotice();
  closeShelf();
  me = null;
  Object.assign(shelf, { archived: false, rows: [], more: false });
  for (const name of ["talk", "list", "spoken", "title", "who-name", "who-role", "usage", "greeting-line", "status"]) {
    at(name).replaceChildren();
  }
  view = { id: null, title: "", archived: false, oldest: null };
  at("who-name").title = at("question-box").value = at("rename-title").value = "";
  at("toast").hidden = true;
  showTheme(null);
  document.title = "Palaver";
  at("room").hidden = true;
  at("door").hidden = false;
  at("sign-in").hidden = configuration.problem !== null;
  at("sign-in-error").textContent = "";
  at("door-problem").textContent = configuration.problem ?? text;
  at("door-problem").classList.toggle("bad", configuration.problem !== null);
  at("door-problem").hidden = at("door-problem").textContent === "";
  at("password").value = "";
  if (!configuration.problem) at("email").focus();
}

async function enter() {
  me = await findMe();
  at("door").hidden = true;
  at("room").hidden = false;
  showMe();
  await Promise.all([attempt(loadShelf), showUsage().catch(() => {}), attempt(route)]);
}

async function signIn() {
  const wrong = (text, field) => {
    at("sign-in-error").textContent = text;
    for (const name of ["email", "password"]) at(name).setAttribute("aria-invalid", String(name === field || field === "both"));
    at(field === "email" ? "email" : "password").focus();
  };
  const email = at("email").value.trim();
  const password = at("password").value;
  if (!email.includes("@")) return wrong("Enter your e-mail address.", "email");
  if (!password) return wrong("Enter your password.", "password");
  wrong("", "none");
  at("door-problem").hidden = true;
  at("sign-in-button").disabled = true;
  at("sign-in-button").textContent = "Signing in…";
  try {
    keep(await auth("token?grant_type=password", { email, password }));
    await enter();
    at("password").value = "";
  } catch (error) {
    if (session) showDoor();
    if (!(error instanceof Problem)) console.error(error);
    const known = error instanceof Problem;
    wrong(known ? error.message : "Something went wrong in this page.", error.status === 400 ? "both" : "none");
  } finally {
    at("sign-in-button").disabled = false;
    at("sign-in-button").textContent = "Sign in";
  }
  return undefined;
}

async function signOut() {
  const token = session?.access;
  history.replaceState(null, "", location.pathname);
  showDoor("You are signed out.");
  // Signed out here whatever the service says; there too if it can be reached.
  if (token) await auth("logout?scope=local", {}, token).catch(() => {});
}

function route() {
  if (!me) return undefined;
  const id = location.hash.slice(1);
  if (!UUID.test(id)) return showBlank();
  return id === view.id && reading ? undefined : open(id);
}

async function start() {
  const stored = sessionStorage.getItem(SESSION);
  if (!stored || configuration.problem) {
    showDoor();
    return;
  }
  try {
    session = JSON.parse(stored);
    await enter();
  } catch (error) {
    const away = error.code === "UNREACHABLE" || error.status >= 500;
    if (!away) {
      showDoor(error instanceof Problem ? error.message : "");
      return;
    }
    at("door").hidden = false;
    at("sign-in").hidden = true;
    at("door-problem").replaceChildren(make("div", {}, error.message), quiet("Try again", () => location.reload()));
    at("door-problem").classList.add("bad");
    at("door-problem").hidden = false;
  }
}

function listen(id, event, heard) {
  at(id).addEventListener(event, heard);
}

const submitted = (work) => (event) => {
  event.preventDefault();
  work();
};

listen("sign-in", "submit", submitted(signIn));
listen("sign-out", "click", signOut);
listen("theme", "change", chooseTheme);
listen("ask", "submit", submitted(send));
listen("stop", "click", () => reading?.controller.abort());
listen("earlier", "click", () => attempt(showEarlier));
listen("rename", "click", openRename);
listen("rename-cancel", "click", () => { closeRename(); at("rename").focus(); });
listen("rename-form", "submit", submitted(() => attempt(rename)));
listen("rename-form", "keydown", (event) => { if (event.key === "Escape") { closeRename(); at("rename").focus(); } });
listen("archive", "click", () => attempt(() => setArchived(!view.archived)));
listen("open-shelf", "click", openShelf);
listen("close-shelf", "click", closeShelf);
listen("veil", "click", closeShelf);
listen("shelf", "keydown", (event) => { if (event.key === "Escape") closeShelf(); });
// Followed as a link it would change the address, which says what is open.
listen("skip", "click", submitted(() => at(at("ask").hidden ? "title" : "question-box").focus()));
listen("new", "click", () => {
  closeShelf();
  if (location.hash === "#new" || location.hash === "") showBlank();
});
listen("question-box", "input", () => { fit(); drawComposer(); });
listen("question-box", "keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
narrow.addEventListener("change", () => {
  at("shelf").classList.remove("slides");
  closeShelf();
});
addEventListener("hashchange", () => attempt(async () => route()));

start();
