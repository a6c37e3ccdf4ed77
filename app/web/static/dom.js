// Elements of the page. What people and models wrote reaches them as text nodes only.

const NEAR_BOTTOM_PX = 64;

export const at = (id) => document.getElementById(id);

/** An element with properties, attributes (`aria…`, `data…`, `href`, `for`) and children; texts become text nodes. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") for (const [event, heard] of Object.entries(value)) element.addEventListener(event, heard);
    else if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export const quiet = (text, click) => make("button", { type: "button", className: "quiet", textContent: text, on: { click } });

/** Tell screen readers what happened. */
export const say = (text) => { at("status").textContent = text; };

/** Whether the list of conversations slides over the page instead of standing beside it. */
export const narrow = matchMedia("(max-width: 52rem)");

export const scroll = at("scroll");
export const isAtBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_BOTTOM_PX;
export const toBottom = () => { scroll.scrollTop = scroll.scrollHeight; };
