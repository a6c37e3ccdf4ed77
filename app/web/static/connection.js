import { copy } from "./clipboard.js";
import { tell } from "./database.js";
import { make, quiet, say } from "./dom.js";

const HIDDEN = "••••••••";

/** What opens the database. It is asked for when somebody wants to see or to copy it, and gone from the page once it is hidden. */
export function connectionNode(place, status, run) {
  const shown = make("code", { className: "value", id: "connection", textContent: concealed(status) });
  const reveal = quiet("Show the password", () =>
    run(async () => {
      const isShown = reveal.getAttribute("aria-pressed") === "true";
      shown.textContent = isShown ? concealed(status) : (await tell(place, "connection")).connectionString;
      reveal.setAttribute("aria-pressed", String(!isShown));
      reveal.textContent = isShown ? "Show the password" : "Hide the password";
      say(isShown ? "The password is hidden." : "The password is shown.");
    }),
  );
  reveal.setAttribute("aria-pressed", "false");
  reveal.setAttribute("aria-controls", "connection");
  const copies = [
    ["Copy the connection string", (text) => text],
    ["Copy a psql line", (text) => `psql '${text}'`],
    ["Copy a DATABASE_URL line", (text) => `DATABASE_URL='${text}'`],
  ].map(([label, written]) => quiet(label, () => run(async () => copy(written((await tell(place, "connection")).connectionString)))));
  return make(
    "section",
    { className: "card", "aria-label": "Connection" },
    make("h3", { textContent: "Connection" }),
    make("p", {}, shown),
    make("div", { className: "suggestion-row" }, reveal, ...copies),
    make("p", { className: "small", textContent: "Whoever has the password can read and change everything in this database. Each look at it is noted in the audit log." }),
  );
}

const concealed = ({ databaseName, host, port }) => `postgresql://${databaseName}:${HIDDEN}@${host}:${port}/${databaseName}`;
