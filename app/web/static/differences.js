import { moment } from "./data.js";
import { make, quiet } from "./dom.js";
import { valueNode } from "./values.js";

const FIRST = 10;
const CHANGED = { yaml: "YAML", database: "Database", both: "Both", unknown: "Not known" };
const COLUMNS = ["Place", "YAML", "Database", "Changed"];

/** Where YAML document and database differ, as a table. */
export function differencesNode(differences) {
  // On small screens it is no table to look at, and for screen readers it remains one.
  const body = make("tbody", { role: "rowgroup" }, ...differences.slice(0, FIRST).map(rowNode));
  const head = make("tr", { role: "row" }, ...COLUMNS.map((name) => make("th", { role: "columnheader", scope: "col", textContent: name })));
  const table = make("table", { className: "differences", role: "table" }, make("caption", { textContent: captionOf(differences.length) }), make("thead", { role: "rowgroup" }, head), body);
  const parts = make("div", {}, table);
  if (differences.length > FIRST) {
    const more = quiet(`Show all ${differences.length}`, () => {
      body.append(...differences.slice(FIRST).map(rowNode));
      more.remove();
    });
    parts.append(more);
  }
  return parts;
}

const captionOf = (count) => (count === 1 ? "YAML and database differ in one place" : `YAML and database differ in ${count} places`);

function rowNode(difference) {
  const { path, element, yamlValue, dbValue, line } = difference;
  const cells = [
    [make("code", { textContent: path }), small(element)],
    [valueNode(yamlValue, { none: null }), small(line && `line ${line}`)],
    [valueNode(dbValue, { none: null })],
    [whoChanged(difference)],
  ];
  return make("tr", { role: "row" }, ...cells.map((parts, at) => make("td", { role: "cell", "data-name": COLUMNS[at] }, ...parts)));
}

const small = (text) => (text ? make("span", { className: "small", textContent: text }) : null);

function whoChanged({ changedIn, conflict, changed }) {
  const sides = changedIn === "both" ? ["yaml", "database"] : [changedIn];
  const edits = sides.map((side) => changed?.[side]).filter(Boolean);
  const day = (text) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(moment(text));
  const who = edits.map(({ by, at }) => [by?.name, day(at)].filter(Boolean).join(", "));
  const word = `${CHANGED[changedIn] ?? CHANGED.unknown}${conflict ? ", in conflict" : ""}`;
  return make("span", {}, word, small(who.join("; ")));
}
