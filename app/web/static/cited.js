import { data } from "./data.js";
import { make } from "./dom.js";
import { attempt } from "./notices.js";
import { Prose } from "./prose.js";

const SIDES = { yaml: "YAML", database: "database", both: "" };

/** The places of a configuration that an answer rests on. */
export function placesNode(references) {
  const items = references.map(({ path, type }) =>
    make("li", {}, make("code", { textContent: path }), SIDES[type] ? make("span", { className: "small", textContent: ` ${SIDES[type]} only` }) : ""),
  );
  return make("div", { className: "cited" }, make("h3", { textContent: "Rests on" }), make("ul", {}, ...items));
}

/** The sections of the documentation that it rests on, each to be opened where it is named. */
export function documentationNode(links) {
  const items = links.map((link) => make("li", {}, sectionNode(link)));
  return make("div", { className: "cited" }, make("h3", { textContent: "Documentation" }), make("ul", {}, ...items));
}

function sectionNode({ file, section }) {
  const prose = new Prose();
  const open = () => attempt(async () => prose.show(await contentOf(file, section)));
  const summary = make("summary", { textContent: section ? `${file}#${section}` : file });
  return make("details", { on: { toggle: open } }, summary, prose.node);
}

async function contentOf(file, section) {
  const rows = await data("documentation_sections", {
    select: "heading,content",
    file: `eq.${file}`,
    ...(section && { anchor: `eq.${section}` }),
    order: "position",
    limit: "20",
  });
  return rows.map(({ heading, content }) => `# ${heading}\n\n${content}`).join("\n\n") || "It is not there any more.";
}
