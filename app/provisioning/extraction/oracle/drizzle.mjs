// Prints what drizzle-kit itself would create on an empty PostgreSQL: {files: {path: text}} on stdin, {sql} on stdout.
// It runs the code of the tables, so it is for people who ask for it on their own code, never for a worker.
//
//   node drizzle.mjs DIRECTORY     DIRECTORY holds node_modules with typescript, drizzle-orm and drizzle-kit
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const [directory] = process.argv.slice(2);
// Before drizzle-kit is loaded, which makes stdin one that does not wait.
const { files } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(path.resolve(directory, "package.json"));
const ts = require("typescript");
const kit = require("drizzle-kit/api");
const { is } = require("drizzle-orm");
const { PgTable } = require("drizzle-orm/pg-core");

const ROOT = "/app/";
const CODE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/;
const CONFIG = /(^|\/)drizzle[\w.-]*\.config\.[cm]?[jt]s$|(^|\/)drizzle\.config\.[\w.-]*[cm]?[jt]s$/;
const TESTS = /(^|\/)(__tests__|__mocks__|tests?|e2e)\/|\.(spec|test|e2e-spec|stories)\.[cm]?[jt]sx?$/;
const sources = new Map(Object.entries(files).filter(([name]) => CODE.test(name)).map(([name, text]) => [ROOT + name, text]));

const options = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
  esModuleInterop: true,
  allowJs: true,
  jsx: ts.JsxEmit.React,
  ignoreDeprecations: "6.0",
};
const folders = new Set();
for (const name of sources.keys())
  for (let folder = path.posix.dirname(name); !folders.has(folder); folder = path.posix.dirname(folder)) folders.add(folder);
const host = {
  fileExists: (name) => sources.has(name),
  readFile: (name) => sources.get(name),
  directoryExists: (name) => folders.has(name),
  getCurrentDirectory: () => ROOT,
};

/** `paths` of the tsconfig.json nearest to a module. */
function aliases(from) {
  for (let folder = path.posix.dirname(from); folder.startsWith("/app"); folder = path.posix.dirname(folder)) {
    const name = path.posix.join(folder, "tsconfig.json").slice(ROOT.length);
    if (!files[name]) continue;
    const { compilerOptions = {} } = ts.parseConfigFileTextToJson(name, files[name]).config ?? {};
    if (compilerOptions.paths || compilerOptions.baseUrl)
      return { baseUrl: path.posix.join(folder, compilerOptions.baseUrl ?? "."), paths: compilerOptions.paths };
  }
  return {};
}

/** The packages of the repository, by name. */
const packages = new Map();
for (const [name, text] of Object.entries(files).filter(([name]) => /(^|\/)package\.json$/.test(name)))
  try {
    packages.set(JSON.parse(text).name, path.posix.join(ROOT, path.posix.dirname(name)));
  } catch {}

function resolved(name, from) {
  const found = ts.resolveModuleName(name, from, { ...options, ...aliases(from) }, host).resolvedModule?.resolvedFileName;
  if (found && sources.has(found)) return found;
  for (const [known, folder] of packages)
    if (known && (name === known || name.startsWith(`${known}/`)))
      for (const base of ["", "src/"])
        for (const ending of ["", ".ts", ".js", "/index.ts", "/index.js"]) {
          const candidate = path.posix.join(folder, `${base}${name.slice(known.length)}${ending}`);
          if (sources.has(candidate)) return candidate;
        }
  return undefined;
}

/** Anything that a module may take from a package that is not here: callable, constructible, of any property. */
function stub() {
  const target = class {};
  return new Proxy(target, {
    get: (_, key) => {
      if (key === "__esModule") return true;
      if (key === "prototype") return target.prototype;
      if (key === Symbol.toPrimitive) return () => "";
      if (key === Symbol.iterator) return function* () {};
      if (key === "name" || key === "length") return target[key];
      return stub();
    },
    apply: () => stub(),
    construct: () => stub(),
  });
}

const context = vm.createContext({
  console: { log() {}, warn() {}, error() {}, info() {}, debug() {} },
  process: { env: new Proxy({}, { get: (_, key) => (typeof key === "string" && /URL/.test(key) ? "postgres://localhost/app" : undefined) }), cwd: () => ROOT, argv: [], on() {}, exit() {} },
  // drizzle-kit asks `instanceof` of these.
  Array, Date, Object, Buffer, URL, TextEncoder, TextDecoder, setTimeout() {}, setInterval() {}, structuredClone, crypto: globalThis.crypto,
});
context.globalThis = context;
context.global = context;
const modules = new Map();

function inside(name, from) {
  if (name === "drizzle-kit") return { defineConfig: (config) => config };
  if (name === "drizzle-orm" || name.startsWith("drizzle-orm/")) {
    try {
      return require(name);
    } catch {
      return stub();
    }
  }
  const own = resolved(name, from);
  if (own) return run(own);
  if (/^(node:)?(path|util|crypto|os|url|assert)$/.test(name)) return require(name);
  return stub();
}

function run(name) {
  if (modules.has(name)) return modules.get(name).exports;
  const module = { exports: {} };
  modules.set(name, module);
  const { outputText } = ts.transpileModule(sources.get(name), { compilerOptions: options, fileName: name });
  const code = `(function (exports, require, module, __filename, __dirname) {${outputText.replaceAll("import.meta", "({})")}\n})`;
  const call = vm.runInContext(code, context, { filename: name, timeout: 10_000 });
  call.call(module.exports, module.exports, (wanted) => inside(wanted, name), module, name, path.posix.dirname(name));
  return module.exports;
}

function tried(name) {
  try {
    return run(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    return modules.get(name)?.exports ?? {};
  }
}

function wild(pattern) {
  const alternatives = /\{([^{}]*)\}/.exec(pattern);
  if (alternatives)
    return alternatives[1].split(",").flatMap((each) => wild(pattern.replace(alternatives[0], each)));
  const source = pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((piece) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" })[piece] ?? piece.replace(/[.+^${}()|[\]\\]/g, "\\$&"));
  return [new RegExp(`^${source.join("")}$`)];
}

const chosen = new Set();
let casing;
for (const name of [...sources.keys()].filter((name) => CONFIG.test(name))) {
  const config = tried(name).default ?? {};
  casing ??= typeof config.casing === "string" ? config.casing : undefined;
  for (const pattern of [config.schema].flat().filter((each) => typeof each === "string"))
    for (const base of [path.posix.dirname(name), ROOT]) {
      const wanted = path.posix.join(base, pattern);
      const found = [...sources.keys()].filter((each) =>
        /[*{]/.test(pattern) ? wild(wanted).some((one) => one.test(each)) : each === wanted || path.posix.dirname(each) === wanted.replace(/\/$/, "") || each.replace(CODE, "") === wanted,
      );
      found.forEach((each) => chosen.add(each));
      if (found.length) break;
    }
}
if (!chosen.size)
  for (const [name, text] of sources)
    if (!TESTS.test(name) && /pg(Table|TableCreator|Schema|Enum)\b|Table\b|\.table\(/.test(text) && !CONFIG.test(name)) chosen.add(name);
const exported = {};
const seen = new Set();
for (const name of chosen)
  for (const [key, value] of Object.entries(tried(name) ?? {}))
    if (value && !seen.has(value) && (typeof value === "object" || typeof value === "function")) {
      seen.add(value);
      exported[`${name} ${key}`] = value;
    }
const known = Object.fromEntries(Object.entries(exported).filter(([, value]) => { try { return Object.keys(value) !== undefined; } catch { return false; } }));
if (!Object.values(known).some((value) => is(value, PgTable))) throw new Error("There is no table of PostgreSQL.");
const empty = kit.generateDrizzleJson({});
console.log = console.error;
const statements = await kit.generateMigration(empty, kit.generateDrizzleJson(known, empty.id, undefined, casing));
// Views and policies are no part of what is compared.
const sql = statements.filter((each) => !/^CREATE (MATERIALIZED )?VIEW|^CREATE POLICY|ENABLE ROW LEVEL SECURITY|^CREATE (ROLE|SEQUENCE)/i.test(each)).join("\n");
process.stdout.write(JSON.stringify({ sql: sql ? `${sql}\n` : "" }), () => process.exit(0));
