import { data } from "./data.js";
import { at, make } from "./dom.js";
import { me } from "./me.js";
import { closeShelf } from "./shelf.js";
import { view } from "./view.js";

const MOST = 200;

/** Whether the person may have apps of their own. */
export const mayMakeApps = () => me.role !== "viewer" && me.tenant.features?.generated_apps !== false;

/** List the apps that the person sees, and the way to a new one. */
export async function loadApps() {
  const apps = await data("generated_apps", { select: "id,name", order: "name,id", limit: String(MOST) });
  const items = apps.map(({ id, name }) => itemNode(`App: ${name}`, id));
  if (mayMakeApps()) items.push(itemNode("New app", "new"));
  at("apps").replaceChildren(...(items.length ? [make("ul", {}, ...items)] : []));
  markApp();
}

function itemNode(textContent, app) {
  const anchor = make("a", { href: `#app/${app}`, textContent, title: textContent, on: { click: closeShelf } });
  anchor.dataset.app = app;
  return make("li", {}, anchor);
}

/** Mark the app that is open. */
export function markApp() {
  for (const anchor of at("apps").querySelectorAll("a")) {
    if (anchor.dataset.app === view.app) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

/** Note a new app; its id. */
export async function createApp(name) {
  const [row] = await data("generated_apps", { select: "id" }, { method: "POST", body: { name }, prefer: "return=representation" });
  return row.id;
}
