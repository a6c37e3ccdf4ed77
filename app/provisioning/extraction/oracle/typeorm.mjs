// Prints what TypeORM itself would create on an empty PostgreSQL: {files: {path: text}} on stdin, {sql} on stdout.
// It runs the entities' code, so it is for people who ask for it on their own code, never for a worker.
//
//   node typeorm.mjs DIRECTORY [PACKAGE]     DIRECTORY holds node_modules with typescript and PACKAGE (typeorm)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { EventEmitter } from "node:events";
import path from "node:path";
import vm from "node:vm";

const [directory, packageName = "typeorm"] = process.argv.slice(2);
const require = createRequire(path.resolve(directory, "package.json"));
const ts = require("typescript");
require("reflect-metadata");
const typeorm = require(packageName);

const ROOT = "/app/";
const CODE = /\.(ts|tsx|mts|cts|js|mjs|cjs)$/;
const { files } = JSON.parse(readFileSync(0, "utf8"));
const sources = new Map(
  Object.entries(files)
    .filter(([name]) => CODE.test(name))
    .map(([name, text]) => [ROOT + name, text]),
);

const folders = new Set();
for (const name of sources.keys())
  for (let folder = path.posix.dirname(name); !folders.has(folder); folder = path.posix.dirname(folder)) folders.add(folder);

/** The code as CommonJS with the types of decorated properties, as TypeScript's own compiler writes them. */
function compiled() {
  const options = {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    useDefineForClassFields: false,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    allowJs: true,
    noResolve: false,
    skipLibCheck: true,
    ignoreDeprecations: "6.0",
    outDir: "/out",
    rootDir: ROOT,
    ...aliases(),
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const isOurs = (name) => name.startsWith(ROOT);
  host.getCurrentDirectory = () => ROOT;
  // TypeScript asks for the folder of `from "."` with a slash at its end.
  host.directoryExists = (name) => !isOurs(`${name}/`) || folders.has(name.replace(/\/$/, ""));
  host.fileExists = (name) => (isOurs(name) ? sources.has(name) : fileExists.call(host, name));
  host.readFile = (name) => (isOurs(name) ? sources.get(name) : readFile.call(host, name));
  host.getSourceFile = (name, version, ...rest) =>
    isOurs(name)
      ? sources.has(name)
        ? ts.createSourceFile(name, sources.get(name), version, true)
        : undefined
      : getSourceFile.call(host, name, version, ...rest);
  const output = new Map();
  // What these import is compiled with them.
  const roots = [...sources].filter(([, text]) => /typeorm|Entity/i.test(text)).map(([name]) => name);
  const program = ts.createProgram(roots, options, host);
  for (const source of program.getSourceFiles())
    if (sources.has(source.fileName))
      program.emit(source, (name, text) => {
        // A class may be named as a type before it is there.
        const lazy = text.replace(/__metadata\("design:(\w+)", (.*)\)(,?)$/gm, '__metadata("design:$1", (() => { try { return $2; } catch { return Object; } })())$3');
        if (name.endsWith("js")) output.set(source.fileName, lazy);
      });
  return { output, options, host };
}

function aliases() {
  const found = Object.keys(files).find((name) => /(^|\/)tsconfig(\.base)?\.json$/.test(name));
  const packaged = Object.keys(files).find((name) => /(^|\/)package\.json$/.test(name));
  let imports = {};
  try {
    imports = JSON.parse(files[packaged] ?? "{}").imports ?? {};
  } catch {}
  const subpaths = Object.entries(imports).filter(([, target]) => typeof target === "string");
  const { config } = found ? ts.parseConfigFileTextToJson(found, files[found]) : {};
  const { baseUrl, paths, strictNullChecks, strict } = config?.compilerOptions ?? {};
  const base = path.posix.join(ROOT, path.posix.dirname(found ?? "."), baseUrl ?? ".");
  // In a workspace the names are in the base of all packages, or in each one's own.
  const others = Object.keys(files)
    .filter((name) => name !== found && /(^|\/)tsconfig(\.base)?\.json$/.test(name))
    .map((name) => [name, ts.parseConfigFileTextToJson(name, files[name]).config?.compilerOptions ?? {}])
    .flatMap(([name, options]) =>
      Object.entries(options.paths ?? {}).map(([from, targets]) => [from, targets.map((to) => path.posix.join(ROOT, path.posix.dirname(name), options.baseUrl ?? ".", to))]),
    );
  return { baseUrl: base, paths: { ...Object.fromEntries(others), ...paths, ...Object.fromEntries(subpaths.map(([name, target]) => [name, [target]])) }, strictNullChecks: process.env.STRICT ? (strictNullChecks ?? strict) : false };
}

/** Anything that an entity may take from a package that is not here: callable, constructible, of any property. */
function stub(isResult = false) {
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
    // As a decorator's maker, and as the decorator itself, which leaves the class or the property as it is.
    apply: (_, __, given) => {
      if (isResult && given.length === 1 && /^class\b/.test(given[0]?.toString?.())) return given[0];
      if (isResult && given.length > 1 && /^(string|symbol)$/.test(typeof given[1])) return undefined;
      return stub(true);
    },
    construct: () => stub(),
  });
}

function snakeNaming() {
  const { snakeCase } = require(`${packageName}/util/StringUtils`);
  class SnakeNamingStrategy extends typeorm.DefaultNamingStrategy {
    tableName = (className, customName) => customName || snakeCase(className);
    columnName = (property, customName, prefixes) =>
      snakeCase(prefixes.concat("").join("_")) + (customName || snakeCase(property));
    relationName = (property) => snakeCase(property);
    joinColumnName = (relation, referenced) => snakeCase(`${relation}_${referenced}`);
    joinTableName = (first, second, property) => snakeCase(`${first}_${property.replace(/\./gi, "_")}_${second}`);
    joinTableColumnName = (table, property, column) => snakeCase(`${table}_${column || property}`);
    joinTableInverseColumnName = this.joinTableColumnName;
  }
  return { SnakeNamingStrategy };
}

/** Runs the code; a module that fails is told on stderr, and the others go on. */
function load() {
  const { output, options, host } = compiled();
  const modules = new Map();
  const globals = { console: { log() {}, warn() {}, error() {}, info() {}, debug() {} }, process: { env: {}, cwd: () => ROOT, argv: [], on() {}, exit() {}, platform: "linux", version: "v22.0.0", versions: { node: "22.0.0" } }, Buffer, setTimeout() {}, setInterval() {}, URL, TextEncoder, TextDecoder, Reflect, structuredClone };
  const context = vm.createContext({ ...globals, Object, Array, String, Number, Boolean, Date, Promise, Function, Symbol, Map, Set, Error, RegExp, JSON, Math, BigInt, Uint8Array });
  context.globalThis = context;
  context.global = context;
  const constructed = [];
  const face = { ...typeorm, DataSource: class { constructor(given) { constructed.push(given); return stub(); } } };
  // What NestJS is told of the connection.
  const nest = {
    forRoot: (given) => (constructed.push(given), stub()),
    forRootAsync: ({ useFactory } = {}) => {
      try {
        constructed.push(useFactory?.(stub(), stub(), stub()));
      } catch {}
      return stub();
    },
    forFeature: () => stub(),
  };
  face.createConnection = async (given) => constructed.push(given);
  face.default = face;
  function inside(name, from) {
    if (/^typeorm1?$/.test(name)) return face;
    if (/^typeorm\//.test(name)) {
      try {
        return require(name.replace(/^typeorm/, packageName));
      } catch {
        return stub();
      }
    }
    if (name === "typeorm-naming-strategies") return snakeNaming();
    if (name === "reflect-metadata") return {};
    if (name === "@nestjs/typeorm") return new Proxy({}, { get: (_, key) => (key === "TypeOrmModule" ? nest : stub()) });
    const { resolvedModule } = ts.resolveModuleName(name, from, options, host);
    if (resolvedModule && output.has(resolvedModule.resolvedFileName)) return run(resolvedModule.resolvedFileName);
    if (/^(node:)?(path|util|crypto|os|url|assert)$/.test(name)) return require(name);
    return stub();
  }
  function run(name) {
    if (modules.has(name)) return modules.get(name).exports;
    const module = { exports: {} };
    modules.set(name, module);
    const call = vm.runInContext(`(function (exports, require, module, __filename, __dirname) {${output.get(name)}\n})`, context, { filename: name, timeout: 10_000 });
    call.call(module.exports, module.exports, (wanted) => inside(wanted, name), module, name, path.dirname(name));
    return module.exports;
  }
  // Which module an app loads first decides whether circular imports work: one that fails is tried first next time.
  let order = [...sources.keys()].filter((name) => output.has(name));
  const first = new Set();
  for (;;) {
    modules.clear();
    constructed.length = 0;
    delete globalThis.typeormMetadataArgsStorage;
    const failures = new Map();
    for (const name of order) {
      try {
        run(name);
      } catch (error) {
        failures.set(name, error.message);
      }
    }
    const culprit = [...failures.keys()].find((name) => !first.has(name));
    if (!culprit || first.size > 60) {
      for (const [name, message] of failures) console.error(`${name}: ${message}`);
      break;
    }
    first.add(culprit);
    order = [culprit, ...order.filter((name) => name !== culprit)];
  }
  const schemas = new Set();
  for (const { exports } of modules.values())
    for (const each of [exports, ...Object.values(exports ?? {})])
      if (each?.["@instanceof"] === Symbol.for("EntitySchema")) schemas.add(each);
  const said = constructed.filter((each) => each && typeof each === "object" && !each.then);
  // Of several, that which says how things are named; what NestJS asks a service for is not known.
  return { schemas, given: said.find((each) => each.namingStrategy instanceof typeorm.DefaultNamingStrategy) ?? said[0] ?? {} };
}

/** A `pg` that knows an empty database. */
function driver() {
  class Client extends EventEmitter {
    query(sql, parameters, callback) {
      const answer = typeof parameters === "function" ? parameters : callback;
      const row = /version\(\)/i.test(sql) ? { version: "PostgreSQL 16.0" } : /server_version/i.test(sql) ? { server_version: "16.0" } : /current_database/i.test(sql) ? { current_database: "app" } : /current_schema/i.test(sql) ? { current_schema: "public" } : undefined;
      const rows = row ? [row] : [];
      const result = { rows, rowCount: rows.length, command: "SELECT" };
      return answer ? answer(null, result) : Promise.resolve(result);
    }
    release() {}
  }
  class Pool extends EventEmitter {
    connect(callback) {
      const client = new Client();
      return callback ? callback(null, client, () => {}) : Promise.resolve(client);
    }
    end(callback) {
      return callback?.();
    }
  }
  return { Pool, Client, types: { setTypeParser() {} } };
}

const { schemas, given } = load();
const storage = typeorm.getMetadataArgsStorage();
const classes = storage.tables.map((table) => table.target);
const source = new typeorm.DataSource({
  type: "postgres",
  driver: driver(),
  entities: [...new Set([...classes, ...schemas])],
  namingStrategy: given.namingStrategy instanceof typeorm.DefaultNamingStrategy ? given.namingStrategy : undefined,
  ...(given.entityPrefix ? { entityPrefix: given.entityPrefix } : {}),
  ...(given.schema ? { schema: given.schema } : {}),
  ...(given.uuidExtension ? { uuidExtension: given.uuidExtension } : {}),
});
await source.initialize();
const { upQueries } = await source.driver.createSchemaBuilder().log();
const statements = upQueries
  .map(({ query, parameters }) => ({ query, parameters }))
  // The queries that keep TypeORM's own book of views and generated columns.
  .filter(({ query }) => !/typeorm_metadata|^(CREATE|DROP)( MATERIALIZED)? VIEW/.test(query))
  .map(({ query }) => query);
const spaces = [...new Set(source.entityMetadatas.flatMap((each) => [each.schema, ...(each.tablePath?.split(".").slice(0, -1) ?? [])]))].filter((each) => each && each !== "public").sort();
const sql = [...spaces.map((each) => `CREATE SCHEMA IF NOT EXISTS "${each}"`), ...new Set(statements)].join(";\n");
// A write of its own, since an exit may cut a long one.
process.stdout.write(JSON.stringify({ sql: sql ? `${sql};\n` : "" }), () => process.exit(0));
