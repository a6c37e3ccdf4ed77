import { call } from "./data.js";
import { at, make, quiet, say } from "./dom.js";
import { attempt } from "./notices.js";
import { closeShelf } from "./shelf.js";
import { reveal } from "./stage.js";
import { view } from "./view.js";

const PAUSE_MS = 250;
const PAGE = 20;
const ESCAPED = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

let timer = 0;
let number = 0;

/** Look for what is in the box, once nothing was typed for a moment; an empty one gives the list back. */
export function search() {
  clearTimeout(timer);
  number += 1;
  const asked = number;
  const text = at("search").value.trim();
  at("list").hidden = text !== "";
  at("found").hidden = text === "";
  if (text === "") at("found").replaceChildren();
  else timer = setTimeout(() => attempt(() => find(text, asked, null)), PAUSE_MS);
}

/** The list again, and nothing in the box. */
export function endSearch() {
  at("search").value = "";
  search();
}

async function find(text, asked, cursor) {
  const hits = await call("search_conversations", { p_query: text, p_limit: PAGE, p_cursor: cursor });
  // Something else was typed meanwhile.
  if (asked !== number) return;
  const items = hits.map(hitNode);
  if (cursor === null) at("found").replaceChildren(items.length ? make("ul") : make("p", { className: "none", textContent: "Nothing was found." }));
  at("found").querySelector(".more")?.remove();
  at("found").querySelector("ul")?.append(...items);
  const next = hits.at(-1)?.next_cursor;
  if (next) at("found").append(make("div", { className: "more" }, quiet("More", () => attempt(() => find(text, asked, next)))));
  if (cursor !== null) items[0]?.firstElementChild.focus();
  say(items.length ? `${items.length} found.` : "Nothing was found.");
}

function hitNode(hit) {
  const isTitle = hit.kind === "title";
  const title = make("span", { className: "hit-title" }, ...(isTitle ? marked(hit.snippet) : [hit.title]));
  const words = isTitle ? null : make("span", { className: "hit-words" }, ...marked(hit.snippet));
  const click = () => {
    closeShelf();
    view.wanted = hit.message_id;
    if (hit.conversation_id === view.id) reveal();
  };
  return make("li", {}, make("a", { href: `#${hit.conversation_id}`, on: { click } }, title, words));
}

/** A snippet's text, with its marks as elements. It is HTML of marks and escapes alone, which is read here, never parsed as HTML. */
export function marked(snippet) {
  return snippet.split(/(<mark>.*?<\/mark>)/s).map((part) => {
    const inside = /^<mark>(.*)<\/mark>$/s.exec(part)?.[1];
    const text = (inside ?? part).replace(/&(?:lt|gt|quot|#39|amp);/g, (each) => ESCAPED[each]);
    return inside === undefined ? text : make("mark", { textContent: text });
  });
}
