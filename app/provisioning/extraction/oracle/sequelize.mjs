// Prints what Sequelize itself would create on an empty PostgreSQL: {files: {path: text}} on stdin, {sql} on stdout.
// It runs the code of the models, so it is for people who ask for it on their own code, never for a worker.
//
//   node sequelize.mjs DIRECTORY     DIRECTORY holds node_modules with typescript, sequelize and sequelize-typescript
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const [directory] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(path.resolve(directory, "package.json"));
const ts = require("typescript");
require("reflect-metadata");
const real = require("sequelize");
const decorated = require("sequelize-typescript");

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
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  useDefineForClassFields: false,
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

/** `paths` and `baseUrl` of the tsconfig.json nearest to a module. */
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

const log = [];
let instance;

/** A connection that knows an empty database and keeps what it is told. */
const connecting = (Base) =>
  class extends Base {
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
  };
const Sequelize = connecting(real.Sequelize);
const listed = new Set();
const isClass = (each) => each?.prototype instanceof decorated.Model && Reflect.hasOwnMetadata("sequelize:modelName", each.prototype);
const list = (models) => [models ?? []].flat().filter(isClass).forEach((each) => listed.add(each));

/** Classes are added when all modules are loaded: an app may find them by the names of files. */
class Decorated extends connecting(decorated.Sequelize) {
  addModels(models) {
    if (this.isLoaded) super.addModels(models);
    else list(models);
  }
}

/** What `@nestjs/sequelize` is told of the connection. */
const told = [];
const nest = {
  SequelizeModule: {
    forRoot: (options) => void told.push(options),
    forRootAsync: ({ useFactory } = {}) => void told.push(Promise.resolve(stub()).then(useFactory).catch(() => undefined)),
    forFeature() {},
  },
  InjectModel: () => () => {},
  InjectConnection: () => () => {},
  getModelToken: (model) => model,
};

function driver() {
  return { Client: class {}, Pool: class {}, types: { getTypeParser() {}, setTypeParser() {}, builtins: {}, arrayParser: {} } };
}

/** Anything that a module may take from a package that is not here: callable, constructible, of any property. */
function stub(isResult = false) {
  const target = class {};
  return new Proxy(target, {
    get: (_, key) => {
      if (key === "__esModule") return true;
      // `await` of it gives it, and does not wait.
      if (key === "then") return undefined;
      if (key === "prototype") return target.prototype;
      if (key === Symbol.toPrimitive) return () => "";
      if (key === Symbol.iterator) return function* () {};
      if (key === "name" || key === "length") return target[key];
      return stub();
    },
    // As a decorator's maker, and as the decorator itself, which leaves the class or the property as it is.
    apply: (_, __, given) => {
      if (isResult && given.length === 1 && /^class\b/.test(given[0]?.toString?.())) return given[0];
      if (isResult && given.length > 1 && /^(string|symbol)$/.test(typeof given[1])) return undefined;
      return stub(true);
    },
    construct: () => stub(),
  });
}

const context = vm.createContext({
  console: { log() {}, warn() {}, error() {}, info() {}, debug() {} },
  process: { env: {}, cwd: () => ROOT, argv: [], on() {}, exit() {} },
  // Sequelize asks `instanceof` and for plain objects, sequelize-typescript for the types of properties.
  Array, Date, Object, Function, String, Number, Boolean, BigInt, Reflect, Buffer, URL, Promise, setTimeout() {}, setInterval() {},
});
context.globalThis = context;
context.global = context;
const modules = new Map();
/** The modules of classes: the first that has loaded is not one that only passes a class on. */
const homes = new Map();
// The rest of what the package exports is inherited.
for (const key of ["Sequelize", "default"]) Object.defineProperty(Sequelize, key, { value: Sequelize });

function inside(name, from) {
  if (name === "sequelize") return Sequelize;
  if (name === "sequelize-typescript") return { ...decorated, Sequelize: Decorated };
  if (name === "@nestjs/sequelize") return nest;
  if (name === "reflect-metadata") return {};
  const { resolvedModule } = ts.resolveModuleName(name, from, { ...options, ...aliases(from) }, host);
  if (resolvedModule && sources.has(resolvedModule.resolvedFileName)) return run(resolvedModule.resolvedFileName);
  if (/^(node:)?(path|util|crypto|os|url|assert)$/.test(name)) return require(name);
  return stub();
}

function run(name) {
  if (modules.has(name)) return modules.get(name).exports;
  const module = { exports: {} };
  modules.set(name, module);
  const { outputText } = ts.transpileModule(sources.get(name), { compilerOptions: options, fileName: name });
  // A class may be named as a type before it is there.
  const lazy = outputText.replace(/__metadata\("design:(\w+)", (.*)\)(,?)$/gm, '__metadata("design:$1", (() => { try { return $2; } catch { return Object; } })())$3');
  const call = vm.runInContext(`(function (exports, require, module, __filename, __dirname) {${lazy}\n})`, context, { filename: name, timeout: 10_000 });
  call.call(module.exports, module.exports, (wanted) => inside(wanted, name), module, name, path.posix.dirname(name));
  const { exports } = module;
  for (const each of typeof exports === "object" && exports ? Object.values(exports) : [exports])
    if (each?.prototype instanceof real.Model && !homes.has(each)) homes.set(each, name);
  return exports;
}

for (const [name, text] of sources)
  try {
    if (/sequelize|DataTypes/i.test(text)) run(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
  }
const settings = (await Promise.all(told)).filter((each) => each && Object.keys(each).length);
settings.forEach(({ models }) => list(models));
const places = [...sources.keys()];
const byPlace = (models) => models.sort((one, other) => places.indexOf(homes.get(one)) - places.indexOf(homes.get(other)));
const found = byPlace([...homes.keys()].filter(isClass));
if (found.length && !instance) new Decorated(settings[0] ?? {});
instance ??= new Sequelize();
if (found.length) {
  instance.isLoaded = true;
  instance.addModels([...new Set([...listed, ...found])]);
}
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
for (const model of byPlace(Object.values(instance.models)))
  if (typeof model.associate === "function" && !Object.keys(model.associations).length) model.associate(instance.models);
// Models that refer to each other in a circle are made twice: without foreign keys, then changed.
const made = new Set();
instance.queryInterface.tableExists = async (table) => !(made.size < made.add(JSON.stringify(table)).size);
instance.queryInterface.showIndex = async () => [];
instance.queryInterface.getForeignKeyReferencesForTable = async () => [];
instance.queryInterface.describeTable = async (table) => {
  const model = Object.values(instance.models).find((each) => JSON.stringify(each.getTableName()) === JSON.stringify(table));
  return Object.fromEntries(Object.values(model.tableAttributes).map(({ field }) => [field, {}]));
};
instance.dialect.connectionManager._refreshDynamicOIDs = async () => {};
await instance.sync();
const spaces = [...new Set(Object.values(instance.models).map((model) => model._schema))].filter((each) => each && each !== "public");
const sql = [...new Set([...spaces.map((each) => `CREATE SCHEMA "${each}";`), ...log])].join("\n");
process.stdout.write(JSON.stringify({ sql: sql ? `${sql}\n` : "" }), () => process.exit(0));
