import { make, say } from "./dom.js";
import { Problem } from "./errors.js";

// What the server would leave out is not sent.
const LEFT_OUT = /(^|\/)(node_modules|bower_components|vendor|dist|build|out|coverage|__pycache__|tmp|\.[^/]+)\//;
const READ = /\.(prisma|[cm]?[jt]s|[jt]sx|json|vue|svelte|html)$/;
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_FILES = 10_000;

/** Where the files of an app are picked: `node`, and `request()`, the part of a request that carries them. */
export function sourcesNode(kept) {
  const zip = make("input", { id: "source-zip", type: "file", accept: ".zip,application/zip" });
  const folder = make("input", { id: "source-folder", type: "file", webkitdirectory: true });
  const told = make("p", { className: "small", textContent: keptInWords(kept) });
  const picked = (input, other, words) => {
    if (input.files.length) other.value = "";
    told.textContent = input.files.length ? words() : keptInWords(kept);
    say(told.textContent);
  };
  zip.addEventListener("change", () => picked(zip, folder, () => `The files in ${zip.files[0].name} are taken.`));
  folder.addEventListener("change", () => picked(folder, zip, () => fromFolder(readable(folder.files).length)));
  const node = make(
    "fieldset",
    { className: "sources" },
    make("legend", { textContent: "The app's files" }),
    told,
    make("label", { for: "source-zip", textContent: "A zip archive" }),
    zip,
    make("label", { for: "source-folder", textContent: "Or a directory" }),
    folder,
  );
  return {
    node,
    isEmpty: () => !kept.file_count && !zip.files.length && !folder.files.length,
    files: () => filesOf(zip, folder),
  };
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const fromFolder = (files) => `${count(files, "file")} of the directory ${files === 1 ? "is" : "are"} taken; the others say nothing about tables.`;

const keptInWords = ({ file_count: files }) =>
  files ? `${count(files, "file")} of it ${files === 1 ? "is" : "are"} kept here, and taken if you pick no others.` : "Pick what the app is made of: its code, with its schema if it has one.";

/** The part of a request that carries the files that were picked; none for those that are kept. */
async function filesOf(zip, folder) {
  if (zip.files.length) return { headers: { "Content-Type": "application/zip" }, body: zip.files[0] };
  if (!folder.files.length) return {};
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ files: await texts(folder) }) };
}

async function texts(folder) {
  const files = readable(folder.files);
  if (files.length === 0) throw new Problem("None of these files says anything about tables.");
  if (files.length > MOST_FILES) throw new Problem(`These are ${files.length} files; ${MOST_FILES} are the most that an app may have.`);
  return Object.fromEntries(await Promise.all(files.map(async (file) => [within(file), await file.text()])));
}

const readable = (files) => [...files].filter((file) => READ.test(file.name) && file.size <= MOST_BYTES && !LEFT_OUT.test(within(file)));

/** The path within the directory that was picked. */
const within = (file) => file.webkitRelativePath.slice(file.webkitRelativePath.indexOf("/") + 1);
