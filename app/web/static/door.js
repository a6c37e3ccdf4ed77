import { loadApps } from "./apps.js";
import { stopWaiting } from "./composer.js";
import { configuration } from "./configuration.js";
import { at, make, quiet } from "./dom.js";
import { Problem } from "./errors.js";
import { findMe, forgetMe, showMe, showTheme, showUsage } from "./me.js";
import { attempt, hideNotice } from "./notices.js";
import { loadProjects } from "./projects.js";
import { route } from "./route.js";
import { endSearch } from "./search.js";
import { auth, forget, keep, resume, session } from "./session.js";
import { closeSharing } from "./sharing.js";
import { closeShelf, list, loadShelf } from "./shelf.js";
import { leave } from "./stage.js";
import { view } from "./view.js";

/** Out: nothing of who was here stays in the page; the reason is told. */
export function showDoor(text = "") {
  leave();
  forget();
  stopWaiting();
  hideNotice();
  closeShelf();
  forgetMe();
  list("active");
  endSearch();
  closeSharing();
  for (const name of ["talk", "list", "projects", "apps", "spoken", "title", "who-name", "who-role", "usage", "greeting-line", "status"]) {
    at(name).replaceChildren();
  }
  Object.assign(view, { id: null, title: "", status: "active", contextType: null, projectId: null, head: null, messages: [], unsure: null });
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

/** In, with the tokens that are kept. */
async function enter() {
  await findMe();
  at("door").hidden = true;
  at("room").hidden = false;
  showMe();
  await Promise.all([fillShelf(), showUsage().catch(() => {}), attempt(route)]);
}

/** All that the shelf lists, shown at once: a list that came later would push what somebody is about to click away. */
async function fillShelf() {
  at("shelf").setAttribute("aria-busy", "true");
  await Promise.all([attempt(loadShelf), attempt(loadProjects), attempt(loadApps)]);
  at("shelf").removeAttribute("aria-busy");
}

export async function signIn() {
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

export async function signOut() {
  const token = session?.access;
  history.replaceState(null, "", location.pathname);
  showDoor("You are signed out.");
  // Signed out here whatever the service says; there too if it can be reached.
  if (token) await auth("logout?scope=local", {}, token).catch(() => {});
}

/** Go on with the session that this tab has, else show the door. */
export async function start() {
  try {
    if (configuration.problem || !resume()) {
      showDoor();
      return;
    }
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
