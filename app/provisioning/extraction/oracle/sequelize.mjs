// Prints what Sequelize itself would create on an empty PostgreSQL: {files: {path: text}} on stdin, {sql} on stdout.
// It runs the code of the models, so it is for people who ask for it on their own code, never for a worker.
//
//   node sequelize.mjs DIRECTORY     DIRECTORY holds node_modules with typescript and sequelize
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const [directory] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(path.resolve(directory, "package.json"));
const ts = require("typescript");
const real = require("sequelize");

const ROOT = "/app/";
const CODE = /\.(ts|tsx|mts|cts|js|mjs|cjs)$/;
const TESTS = /(^|\/)(__tests__|__mocks__|tests?|e2e|migrations?|seeders?)\/|\.(spec|test|e2e-spec|stories)\.[cm]?[jt]sx?$/;
const sources = new Map(
  Object.entries(files)
    .filter(([name]) => CODE.test(name) && !TESTS.test(name))
    .map(([name, text]) => [ROOT + name, text]),
);
const options = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
  esModuleInterop: true,
  useDefineForClassFields: false,
  allowJs: true,
  ignoreDeprecations: "6.0",
};
const host = {
  fileExists: (name) => sources.has(name),
  readFile: (name) => sources.get(name),
  directoryExists: (name) => [...sources.keys()].some((each) => each.startsWith(`${name}/`)),
  getCurrentDirectory: () => ROOT,
};

const log = [];
let instance;

/** A connection that knows an empty database and keeps what it is told. */
class Sequelize extends real.Sequelize {
  constructor(...given) {
    const last = given.at(-1);
    const said = typeof last === "object" && last ? last : {};
    super("app", "app", "app", { ...said, dialect: "postgres", dialectModule: driver(), databaseVersion: "18.0.0", logging: false });
    instance ??= this;
    return instance;
  }
  async query(sql, options) {
    const text = typeof sql === "string" ? sql : sql.query;
    if (/^(CREATE|ALTER|COMMENT|DO) ?/.test(text)) log.push(text.replace(/;?\s*$/, ";"));
    return options?.plain ? null : [];
  }
  async authenticate() {}
}

function driver() {
  return { Client: class {}, Pool: class {}, types: { getTypeParser() {}, setTypeParser() {}, builtins: {}, arrayParser: {} } };
}

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
  process: { env: {}, cwd: () => ROOT, argv: [], on() {}, exit() {} },
  // Sequelize asks `instanceof` and for plain objects.
  Array, Date, Object, Function, Buffer, URL, Promise, setTimeout() {}, setInterval() {},
});
context.globalThis = context;
context.global = context;
const modules = new Map();
// The rest of what the package exports is inherited.
for (const key of ["Sequelize", "default"]) Object.defineProperty(Sequelize, key, { value: Sequelize });

function inside(name, from) {
  if (name === "sequelize") return Sequelize;
  const { resolvedModule } = ts.resolveModuleName(name, from, options, host);
  if (resolvedModule && sources.has(resolvedModule.resolvedFileName)) return run(resolvedModule.resolvedFileName);
  if (/^(node:)?(path|util|crypto|os|url|assert)$/.test(name)) return require(name);
  return stub();
}

function run(name) {
  if (modules.has(name)) return modules.get(name).exports;
  const module = { exports: {} };
  modules.set(name, module);
  const { outputText } = ts.transpileModule(sources.get(name), { compilerOptions: options, fileName: name });
  const call = vm.runInContext(`(function (exports, require, module, __filename, __dirname) {${outputText}\n})`, context, { filename: name, timeout: 10_000 });
  call.call(module.exports, module.exports, (wanted) => inside(wanted, name), module, name, path.posix.dirname(name));
  return module.exports;
}

for (const name of sources.keys())
  try {
    run(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
  }
instance ??= new Sequelize();
// Models that wait to be given the connection, as sequelize-cli writes them.
const isGiven = Object.keys(instance.models).length > 0;
for (const [name, { exports }] of modules)
  for (const maker of [exports, exports?.default])
    if (!isGiven && typeof maker === "function" && maker.length === 2 && !(maker.prototype instanceof real.Model))
      try {
        maker(instance, real.DataTypes);
      } catch (error) {
        console.error(`${name}: ${error.message}`);
      }
for (const model of Object.values(instance.models))
  if (typeof model.associate === "function" && !Object.keys(model.associations).length) model.associate(instance.models);
instance.queryInterface.tableExists = async () => false;
instance.queryInterface.showIndex = async () => [];
instance.dialect.connectionManager._refreshDynamicOIDs = async () => {};
await instance.sync();
const spaces = [...new Set(Object.values(instance.models).map((model) => model._schema))].filter((each) => each && each !== "public");
const sql = [...spaces.map((each) => `CREATE SCHEMA "${each}";`), ...log].join("\n");
process.stdout.write(JSON.stringify({ sql: sql ? `${sql}\n` : "" }), () => process.exit(0));
