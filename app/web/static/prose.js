// Text as DOM nodes: a small part of Markdown.

import { make } from "./dom.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const INLINE = new RegExp(
  [
    "\\\\([\\\\`*_{}\\[\\]()#+.!>~|-])",
    "(`+)([^`](?:[\\s\\S]*?[^`])??)\\2(?!`)",
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
function blocksOf(text) {
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
function inline(text, depth = 0) {
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
