import { make } from "./dom.js";

const SHORT = 60;
const MOST = 4_000;

/** A value of a configuration, as JSON; undefined and, where null means that there is none, null are in words. */
export function valueNode(value, { none = undefined } = {}) {
  if (value === undefined || value === none) return make("span", { className: "nothing", textContent: "nothing" });
  const line = JSON.stringify(value);
  const text = line.length > SHORT ? JSON.stringify(value, null, 2) : line;
  return make("code", { className: "value", textContent: text.length > MOST ? `${text.slice(0, MOST)}…` : text });
}
