import { make } from "./dom.js";

const RESTORING = { added: "Remove it", removed: "Make it again", altered: "Make it as the files say" };

/** A button by which a person says that a step is no rename. `again` has the plan made anew with what is said; null: it cannot be. */
export function renameNode({ subject, renamed_from: from }, again) {
  return from && again ? button("It was not renamed", subject, () => again({ renames: { [from]: null } })) : null;
}

/** A line for what the rows get that have no value in a column that must have one. */
export function fillNode({ fill }, { fills }, again) {
  if (!fill || !again) return null;
  const value = make("input", { type: "text", value: fills[fill] ?? "", spellcheck: false, autocomplete: "off", autocapitalize: "none" });
  const say = (event) => {
    event.preventDefault();
    const { [fill]: former, ...others } = fills;
    again({ fills: value.value.trim() ? { ...others, [fill]: value.value.trim() } : others });
  };
  const label = make("label", {}, make("span", { className: "small", textContent: `What rows without a value in ${fill} get, in SQL` }), value);
  return make("form", { className: "suggestion-row fill", on: { submit: say } }, label, button("Fill it in", fill, null, "submit"));
}

/** What is otherwise in the database than in the files, each with a button by which it becomes as they say. */
export function driftNode({ drift, choices }, again) {
  if (!drift.length) return null;
  const items = drift.map(({ kind, subject, explanation }) => {
    const words = again && RESTORING[kind];
    const restore = () => again({ restored: [...choices.restored, subject] });
    return make("li", { className: "small" }, make("span", { textContent: `${explanation} ` }), words ? button(words, subject, restore) : null);
  });
  return make("div", {}, make("p", { className: "small", textContent: "Changed in the database itself, and left as it is:" }), make("ul", { className: "columns" }, ...items));
}

/** A button of which there are several in a plan: to those who hear it, it says what it is about. */
function button(words, about, click, type = "button") {
  return make("button", { type, className: "quiet", textContent: words, "aria-label": `${words}: ${about}`, on: click ? { click } : {} });
}
