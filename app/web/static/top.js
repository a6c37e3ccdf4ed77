import { markApp } from "./apps.js";
import { data } from "./data.js";
import { at, say } from "./dom.js";
import { markProject } from "./projects.js";
import { loadShelf, markOpen } from "./shelf.js";
import { view } from "./view.js";

/** The title and what can be done with the conversation that is open. */
export function drawTop() {
  at("title").textContent = view.title;
  document.title = view.id || view.app ? `${view.title} – Palaver` : "Palaver";
  at("actions").hidden = view.id === null;
  at("archive").hidden = view.status !== "active";
  at("restore").hidden = view.status === "active";
  at("share").hidden = view.status !== "active";
  at("rename").hidden = at("remove").hidden = view.status === "deleted";
  markOpen();
  markProject();
  markApp();
}

export function openRename() {
  at("rename-form").hidden = false;
  at("title").hidden = at("actions").hidden = true;
  at("rename-title").value = view.title;
  at("rename-title").select();
  at("rename-title").focus();
}

export function closeRename() {
  if (at("rename-form").hidden) return;
  at("rename-form").hidden = true;
  at("title").hidden = false;
  drawTop();
}

export async function rename() {
  const title = at("rename-title").value.trim();
  const { id } = view;
  if (title && title !== view.title) {
    await data("conversations", { id: `eq.${id}` }, { method: "PATCH", body: { title }, prefer: "return=minimal" });
    if (view.id === id) view.title = title;
    say("Renamed.");
  }
  closeRename();
  at("rename").focus();
  await loadShelf();
}
