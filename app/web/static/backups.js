import { asking } from "./asking.js";
import { data } from "./data.js";
import { given } from "./database.js";
import { make, quiet } from "./dom.js";
import { size, when } from "./facts.js";

const KINDS = { manual: "made by hand", checkpoint: "before a change", removal: "before a removal", scheduled: "as scheduled" };
const MOST = 20;

/** The backups of a database, or those of the app from which one can be made. */
export function backupsNode(desk) {
  const { databaseId } = desk.status;
  const list = make("div");
  const node = make("section", { className: "card", "aria-label": "Backups", hidden: !databaseId }, make("h3", { textContent: databaseId ? "Backups" : "Or from a backup" }), list);
  desk.told(async () => {
    const rows = await data("app_backups", {
      select: "id,kind,label,bytes,tables,created_at",
      app_id: `eq.${desk.place.app}`,
      ...(databaseId && { database_id: `eq.${databaseId}` }),
      state: "eq.verified",
      order: "created_at.desc,id.desc",
      limit: String(MOST),
    });
    list.replaceChildren(...partsOf(desk, rows));
    node.hidden = !databaseId && rows.length === 0;
  });
  return node;
}

function partsOf({ status, isOwner, run, told }, rows) {
  const items = rows.map((row) => make("li", {}, make("span", { textContent: inWords(row) }), isOwner ? restoreNode(row, status.databaseId, run, told) : null));
  return [
    rows.length ? make("ul", { className: "backups" }, ...items) : make("p", { className: "small", textContent: "There is none yet." }),
    isOwner && status.databaseId ? make("div", { className: "suggestion-row" }, quiet("Back up now", () => told(() => run("A backup is being made", "backups", given({}))))) : "",
  ];
}

function restoreNode({ id, created_at: at }, databaseId, run, told) {
  const restore = () => told(() => run("The backup is being restored", "restore", given({ backup: id })));
  if (!databaseId) return quiet("Restore", restore);
  return asking("Restore", `Everything since ${when(at)} goes; a backup of how it is now is made first.`, "Restore it", restore);
}

function inWords({ kind, label, bytes, tables, created_at: at }) {
  const rows = Object.values(tables ?? {}).reduce((sum, count) => sum + count, 0);
  return [when(at), label, KINDS[kind] ?? kind, size(bytes), `${rows} ${rows === 1 ? "row" : "rows"}`].filter(Boolean).join(", ");
}
