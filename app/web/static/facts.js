import { moment } from "./data.js";
import { make } from "./dom.js";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** A size for people. */
export function size(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)) || 1, UNITS.length - 1);
  return `${number.format(bytes / 1024 ** power)} ${UNITS[power]}`;
}

/** A day and time for people. */
export const when = (text) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(moment(text));

const SIZES = {
  warned: "It is larger than your plan allows. Delete something, or what can be written will be limited to that.",
  read_only: "It was larger than your plan allows for too long: rows can be read and deleted, not written, until it is smaller again.",
};

/** What is known of a database, and what was tried to get out of it. */
export function factsNode(status) {
  const { tablesCreated: tables, sizeBytes: bytes, maxBytes, maxConnections, serverVersion, readyAt, sizeState, limits } = status;
  const facts = [
    ["Tables made", tables],
    ["Size", bytes === null ? null : sizeNode(bytes, maxBytes)],
    ["Connections at once", maxConnections],
    ["PostgreSQL", serverVersion],
    ["Ready since", readyAt && when(readyAt)],
    ["Plan", limits.plan],
  ].filter(([, value]) => value !== null && value !== undefined);
  return make(
    "section",
    { className: "card", "aria-label": "Facts" },
    make("dl", { className: "facts" }, ...facts.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", {}, value.nodeType ? value : String(value))])),
    SIZES[sizeState] ? make("p", { className: "doubt", textContent: SIZES[sizeState] }) : null,
    receiptNode(status.receipt),
  );
}

function sizeNode(bytes, most) {
  if (most === null) return make("span", { textContent: size(bytes) });
  const meter = make("meter", { min: 0, max: most, high: most * 0.9, value: bytes, "aria-label": "Size against the limit" });
  return make("span", {}, `${size(bytes)} of ${size(most)} `, meter);
}

function receiptNode(receipt) {
  if (!receipt?.length) return null;
  const held = receipt.every(({ outcome }) => outcome === "refused");
  const items = receipt.map(({ description, outcome, sqlstate }) => make("li", {}, description, make("span", { className: "small", textContent: ` ${outcome}${sqlstate ? ` (${sqlstate})` : ""}` })));
  return make(
    "details",
    {},
    make("summary", { textContent: `${receipt.length} attempts to get out of it, ${held ? "all refused" : "not all refused"}` }),
    make("p", { className: "small", textContent: "Tried with the app's own login when the database was made, before anybody was told the password." }),
    make("ul", { className: "columns" }, ...items),
  );
}
