import { call, data } from "./data.js";
import { say } from "./dom.js";
import { toast } from "./notices.js";
import { list, loadShelf } from "./shelf.js";
import { open } from "./stage.js";
import { view } from "./view.js";

/** Put a conversation away. */
export async function archive(id = view.id) {
  await call("archive_conversation", { p_id: id });
  await gone(id, "Archived", () => restore(id));
}

/** Delete a conversation; it can be restored for a time. */
export async function remove(id = view.id) {
  const wasArchived = view.status === "archived";
  await call("delete_conversation", { p_id: id });
  await gone(id, "Deleted", () => (wasArchived ? putBack(id) : restore(id)));
}

async function gone(id, done, undo) {
  if (view.id === id) location.hash = "#new";
  toast(done, undo);
  await loadShelf();
}

/** Bring a conversation back from the archive, or from being deleted. */
export async function restore(id = view.id) {
  await call("restore_conversation", { p_id: id });
  await show(id, "active");
}

/** Bring a deleted conversation back to the archive, where it was. */
async function putBack(id) {
  await data("conversations", { id: `eq.${id}` }, { method: "PATCH", body: { deleted_at: null }, prefer: "return=minimal" });
  await show(id, "archived");
}

async function show(id, status) {
  list(status);
  if (view.id === id) await open(id);
  else location.hash = `#${id}`;
  await loadShelf();
  say("Restored.");
}
