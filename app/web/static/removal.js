import { asking } from "./asking.js";
import { make, quiet } from "./dom.js";

const remove = (query = {}) => ({ method: "DELETE", query });

/** The way to remove a database. */
export const removalNode = ({ status, isOwner, run, told }) =>
  make(
    "section",
    { className: "card", "aria-label": "Password and removal" },
    make("h3", { textContent: isOwner ? "Password and removal" : "Removal" }),
    isOwner
      ? asking("Give it a new password", "Open connections live on, and the old password works for another day.", "Change the password", () => told(() => run("It gets a new password", "rotate-password", { method: "POST" })))
      : null,
    asking(
      "Remove the database",
      `Nobody gets into ${status.databaseName} from now on. For seven days it can be had back; then it goes, behind a backup.`,
      "Remove it",
      () => told(() => run("The database is being shut", "deprovision", remove())),
    ),
  );

/** What can be done about a database that is shut. */
export const awayNode = ({ status, run, told }, when) =>
  make(
    "section",
    { className: "card", "aria-label": "Removal" },
    make("h3", { tabIndex: -1, textContent: `Shut, and to be had back until ${when(status.removalDueAt)}` }),
    make("p", { textContent: "Nobody gets in any more. After that time it is backed up once more and removed." }),
    make("div", { className: "suggestion-row" }, quiet("Have it back", () => told(() => run("It is being opened again", "undo-deprovision", { method: "POST" })))),
    asking("Remove it now", "It is backed up and removed at once, and cannot be had back here.", "Remove it now", () => told(() => run("The database is being removed", "deprovision", remove({ graceDays: "0" })))),
  );
