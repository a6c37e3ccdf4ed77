import { me } from "./me.js";
import { open, showBlank } from "./stage.js";
import { showApp, showNewApp } from "./tab.js";
import { view } from "./view.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Show what the address names: a conversation, or an app. */
export function route() {
  if (!me) return undefined;
  const name = location.hash.slice(1);
  const [app, environment] = name.startsWith("app/") ? name.slice(4).split("/") : [];
  if (app === "new") return showNewApp();
  if (UUID.test(app)) return showApp(app, environment);
  if (!UUID.test(name)) return showBlank();
  return name === view.id && view.reading ? undefined : open(name);
}
