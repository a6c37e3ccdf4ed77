// The console: signs in at Supabase Auth, reads and writes rows through the Data API, asks the worker.
// This module brings the others together and hears what people do.

import { lookForTurn, send } from "./ask.js";
import { drawComposer, fit } from "./composer.js";
import { at, narrow } from "./dom.js";
import { showDoor, signIn, signOut, start } from "./door.js";
import { archive, remove, restore } from "./keeping.js";
import { chooseTheme } from "./me.js";
import { attempt, whenShutOut } from "./notices.js";
import { stop } from "./reading.js";
import { route } from "./route.js";
import { search } from "./search.js";
import { closeSharing, copyLink, forgetLink, openSharing, share } from "./sharing.js";
import { closeShelf, list, loadShelf, openShelf } from "./shelf.js";
import { showBlank, showEarlier, whenBrought, whenUnanswered } from "./stage.js";
import { closeRename, openRename, rename } from "./top.js";

function listen(id, event, heard) {
  at(id).addEventListener(event, heard);
}

const submitted = (work) => (event) => {
  event.preventDefault();
  work();
};

listen("sign-in", "submit", submitted(signIn));
listen("sign-out", "click", signOut);
listen("theme", "change", chooseTheme);
listen("ask", "submit", submitted(send));
listen("stop", "click", stop);
listen("earlier", "click", () => attempt(showEarlier));
listen("rename", "click", openRename);
listen("rename-cancel", "click", () => { closeRename(); at("rename").focus(); });
listen("rename-form", "submit", submitted(() => attempt(rename)));
listen("rename-form", "keydown", (event) => { if (event.key === "Escape") { closeRename(); at("rename").focus(); } });
listen("archive", "click", () => attempt(archive));
listen("remove", "click", () => attempt(remove));
listen("restore", "click", () => attempt(restore));
listen("share", "click", openSharing);
listen("sharing-close", "click", closeSharing);
listen("sharing", "close", forgetLink);
listen("share-form", "submit", submitted(share));
listen("share-copy", "click", () => attempt(copyLink));
listen("search", "input", search);
listen("which", "change", () => { list(at("which").value); attempt(loadShelf); });
listen("open-shelf", "click", openShelf);
listen("close-shelf", "click", closeShelf);
listen("veil", "click", closeShelf);
listen("shelf", "keydown", (event) => { if (event.key === "Escape") closeShelf(); });
// Followed as a link it would change the address, which says what is open.
listen("skip", "click", submitted(() => at(at("foot").hidden || at("ask").hidden ? "title" : "question-box").focus()));
listen("new", "click", () => {
  closeShelf();
  if (location.hash === "#new" || location.hash === "") showBlank();
});
listen("question-box", "input", () => { fit(); drawComposer(); });
listen("question-box", "keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
narrow.addEventListener("change", () => {
  at("shelf").classList.remove("slides");
  closeShelf();
});
addEventListener("hashchange", () => attempt(async () => route()));

whenShutOut(showDoor);
whenUnanswered(lookForTurn);
whenBrought(restore);
start();
