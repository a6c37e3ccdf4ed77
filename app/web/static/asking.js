import { make, quiet } from "./dom.js";

/** A button that asks once more, in words, before it does what cannot simply be done back. */
export function asking(label, question, yes, work) {
  const row = make("div", { className: "suggestion-row" });
  const rest = () => {
    row.replaceChildren(quiet(label, ask));
    row.removeAttribute("role");
    row.removeAttribute("aria-label");
  };
  const cancel = () => { rest(); row.firstChild.focus(); };
  function ask() {
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", question);
    const sure = make("button", { type: "button", className: "primary", textContent: yes, on: { click: () => { rest(); work(); } } });
    row.replaceChildren(make("p", { textContent: question }), sure, quiet("Cancel", cancel));
    sure.focus();
  }
  row.addEventListener("keydown", (event) => { if (event.key === "Escape" && row.getAttribute("role")) cancel(); });
  rest();
  return row;
}
