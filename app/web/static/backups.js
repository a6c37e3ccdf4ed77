import { asking } from "./asking.js";
import { data } from "./data.js";
import { given } from "./database.js";
import { make, quiet } from "./dom.js";
import { size, when } from "./facts.js";

const KINDS = { manual: "made by hand", checkpoint: "before a change", removal: "before a removal", scheduled: "as scheduled" };
const MOST = 20;

/** The backups of a database. */
export function backupsNode(desk) {
  const list = make("div");
  const node = make("section", { className: "card", "aria-label": "Backups", }, make("h3", { textContent: "Backups" }), list);
  desk.told(async () => {
    const rows = await data("app_backups", {
      select: "id,kind,label,bytes,tables,created_at",
      database_id: `eq.${desk.status.databaseId}`,
      state: "eq.verified",
      order: "created_at.desc,id.desc",
      limit: String(MOST),
    });
    list.replaceChildren(...partsOf(desk, rows));
  });
  return node;
}

function partsOf({ isOwner, run, told }, rows) {
  const items = rows.map((row) => make("li", {}, make("span", { textContent: inWords(row) }), isOwner ? restoreNode(row, run, told) : null));
  return [
    rows.length ? make("ul", { className: "backups" }, ...items) : make("p", { className: "small", textContent: "There is none yet." }),
    isOwner ? make("div", { className: "suggestion-row" }, quiet("Back up now", () => told(() => run("A backup is being made", "backups", given({}))))) : "",
  ];
}

const restoreNode = ({ id, created_at: at }, run, told) =>
  asking("Restore", `Everything since ${when(at)} goes; a backup of how it is now is made first.`, "Restore it", () => told(() => run("The backup is being restored", "restore", given({ backup: id }))));

function inWords({ kind, label, bytes, tables, created_at: at }) {
  const rows = Object.values(tables ?? {}).reduce((sum, count) => sum + count, 0);
  return [when(at), label, KINDS[kind] ?? kind, size(bytes), `${rows} ${rows === 1 ? "row" : "rows"}`].filter(Boolean).join(", ");
}
