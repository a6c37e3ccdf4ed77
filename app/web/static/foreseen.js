import { copy } from "./clipboard.js";
import { make, quiet } from "./dom.js";

const MOST = 100;

/** What would be made of an app's files: its tables with the places that say so, what was noticed, the SQL. */
export function foreseenNode({ reader, schema, findings, rejected, offers, leftOut, sql }) {
  const { tables, enums } = schema;
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  const counts = [count(tables.length, "table"), count(columns, "column"), enums.length && count(enums.length, "enum")].filter(Boolean).join(", ");
  return make(
    "section",
    { className: "card", "aria-label": "What would be made" },
    make("h3", { tabIndex: -1, textContent: tables.length ? `${counts}, read from ${reader}` : "Nothing in these files says what is stored" }),
    findingsNode(findings),
    make("ul", { className: "tables" }, ...tables.slice(0, MOST).map((table) => make("li", {}, tableNode(table)))),
    tables.length > MOST ? make("p", { className: "small", textContent: `And ${tables.length - MOST} more: see the SQL.` }) : null,
    listNode("Not taken", rejected, ({ name, reason, evidence }) => [name, `${reason}${place(evidence)}`]),
    listNode("Indexes that the code does not ask for, and that may be worth it", offers, ({ table, index, reason }) => [`${table} (${index.parts.map((part) => part.of).join(", ")})`, reason]),
    listNode("Files that were not read", leftOut, ({ path, reason }) => [path, reason]),
    sqlNode(sql),
  );
}

/** SQL to be unfolded and copied. */
export function sqlNode(sql, title = "SQL") {
  if (!sql) return null;
  const text = make("pre", { tabIndex: 0, "aria-label": title }, make("code", { textContent: sql }));
  return make("details", {}, make("summary", { textContent: title }), text, quiet("Copy the SQL", () => copy(sql)));
}

/** What was noticed while reading the files. */
export function findingsNode(findings) {
  if (!findings.length) return null;
  const items = findings.slice(0, MOST).map(({ severity, file, line, message }) => {
    const where = [file, line].filter(Boolean).join(":");
    return make("li", { "data-severity": severity }, make("span", { textContent: `${severity === "error" ? "Fault" : "Note"}: ${message}` }), where ? make("span", { className: "small", textContent: ` ${where}` }) : null);
  });
  return make("ul", { className: "findings", "aria-label": "What was noticed" }, ...items);
}

function tableNode({ name, columns, foreign_keys: keys, evidence }) {
  const refers = new Map(keys.filter((key) => key.columns.length === 1).map((key) => [key.columns[0], key.target]));
  const items = columns.map((column) =>
    make("li", {}, make("code", { textContent: column.name }), " ", make("code", { className: "type", textContent: typeOf(column) }), make("span", { className: "small", textContent: `${refers.has(column.name) ? ` → ${refers.get(column.name)}` : ""}${place(column.evidence)}` })),
  );
  const head = make("summary", {}, make("code", { textContent: name }), make("span", { className: "small", textContent: ` ${count(columns.length, "column")}${place(evidence)}` }));
  return make("details", {}, head, make("ul", { className: "columns" }, ...items));
}

function typeOf({ type, nullable, numbering, default: value }) {
  const called = typeof type === "string" ? type : `${type.name}${type.array ? "[]" : ""}`;
  return [called, nullable ? null : "not null", numbering, value && `default ${value}`].filter(Boolean).join(" ");
}

/** Where it is said, and how sure that is where it is not said outright. */
function place(evidence) {
  if (!evidence) return "";
  const sure = evidence.confidence < 1 ? `, ${Math.round(evidence.confidence * 100)} % sure` : "";
  return ` · ${evidence.file}${evidence.line ? `:${evidence.line}` : ""}${sure}`;
}

function listNode(title, rows, parts) {
  if (!rows.length) return null;
  const items = rows.slice(0, MOST).map((row) => {
    const [name, more] = parts(row);
    return make("li", {}, make("code", { textContent: name }), make("span", { className: "small", textContent: ` ${more}` }));
  });
  return make("details", {}, make("summary", { textContent: `${title} (${rows.length})` }), make("ul", { className: "columns" }, ...items));
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
