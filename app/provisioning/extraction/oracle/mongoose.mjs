// What Mongoose itself makes of an app's schemas: {files: {path: text}} on stdin → {models: {name: …}} on stdout.
// Runs the app's code, so it is for comparing on one's own machine only. argv[2] is the directory whose
// node_modules holds mongoose and typescript (and, where the app uses them, @nestjs/mongoose and Typegoose).
import { createRequire } from "node:module";
import { readFileSync, writeSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
require("reflect-metadata");
const mongoose = require("mongoose");
const ts = require("typescript");

const { files } = JSON.parse(readFileSync(0, "utf8"));
const problems = [];
const modules = new Map();
const discriminators = [];
const connections = [mongoose];

// Nothing connects: a model is made, and that is all.
mongoose.connect = async () => mongoose;
mongoose.Model.init = async function () {};
const createConnection = mongoose.createConnection.bind(mongoose);
mongoose.createConnection = () => {
  const made = createConnection();
  connections.push(made);
  return made;
};
mongoose.set("autoIndex", false);
mongoose.set("autoCreate", false);

const original = mongoose.Model.discriminator;
mongoose.Model.discriminator = function (name, schema, ...rest) {
  // As it is before it takes what the base has; a name that `ref` says by a function is known when all is loaded.
  const own = schema?.paths ? schema.clone() : null;
  const made = original.call(this, name, schema, ...rest);
  discriminators.push({ base: this.modelName, name: String(name?.name ?? name), value: made.schema.discriminatorMapping?.value, own });
  return made;
};

/** Anything, to whatever is done with it: for packages that are not here. */
function anything(name) {
  const target = function () {};
  return new Proxy(target, {
    get(_, key) {
      if (key === Symbol.toPrimitive) return () => name;
      if (key === "prototype") return target.prototype;
      if (key === "__esModule") return true;
      if (["then", "instanceOfSchema", "toJSON", "type", "ref"].includes(key)) return undefined;
      if (key === "name") return name;
      return anything(`${name}.${String(key)}`);
    },
    // As a decorator's maker, and as the decorator itself, which leaves the class or the property as it is.
    apply: (_, __, given) => {
      const isResult = name.endsWith("()");
      if (isResult && given.length === 1 && /^class\b/.test(given[0]?.toString?.())) return given[0];
      if (isResult && given.length > 1 && /^(string|symbol)$/.test(typeof given[1])) return undefined;
      return anything(`${name}()`);
    },
    construct: () => anything(`new ${name}`),
  });
}

const NEST = {
  MongooseModule: {
    forFeature(features = []) {
      for (const each of features) register(each, each.schema);
      return {};
    },
    forFeatureAsync(features = []) {
      for (const each of features) {
        try {
          register(each, each.useFactory(...(each.inject ?? []).map(() => anything("injected"))));
        } catch (error) {
          problems.push(String(error));
        }
      }
      return {};
    },
    forRoot: () => ({}),
    forRootAsync: () => ({}),
  },
};

/** NestJS makes Mixed of `Types.ObjectId`, a class that it does not know; what its author means is an ObjectId. */
const identified = (Prop) => (options) => {
  const id = mongoose.Schema.Types.ObjectId;
  const known = (type) => (type === mongoose.Types.ObjectId ? id : Array.isArray(type) ? type.map(known) : type?.type === mongoose.Types.ObjectId ? { ...type, type: id } : type);
  return Prop(options?.type ? { ...options, type: known(options.type) } : Array.isArray(options) ? known(options) : options);
};

function register(feature, schema) {
  const model = mongoose.models[feature.name] ?? mongoose.model(feature.name, schema, feature.collection);
  for (const each of feature.discriminators ?? []) model.discriminator(each.name, each.schema, each.value);
}

function external(name) {
  if (name === "mongoose") return mongoose;
  if (name === "mongoose/lib/mongoose") return mongoose;
  if (name === "uuid") return { v4: function uuidv4() {}, v1: function uuidv1() {} };
  if (["@nestjs/mongoose", "@typegoose/typegoose", "@typegoose/typegoose/lib/defaultClasses", "reflect-metadata", "bson", "mongodb"].includes(name) || ["util", "path", "crypto", "events", "url"].includes(name.replace(/^node:/, ""))) {
    try {
      const found = require(name);
      return name === "@nestjs/mongoose" ? { ...found, ...NEST, Prop: identified(found.Prop) } : found;
    } catch {
      return anything(name);
    }
  }
  return anything(name);
}

const SUFFIXES = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
const aliases = [];
for (const file of Object.keys(files).filter((each) => /(ts|js)config(\.app)?\.json$/.test(each))) {
  const options = ts.parseConfigFileTextToJson(file, files[file]).config?.compilerOptions ?? {};
  const base = path.posix.join(path.posix.dirname(file), options.baseUrl ?? ".");
  for (const [from, to] of Object.entries(options.paths ?? {}))
    for (const each of to) aliases.push([from.replace(/\*$/, ""), path.posix.join(base, each.replace(/\*$/, ""))]);
  if (options.baseUrl) aliases.push(["", base]);
}
for (const file of Object.keys(files).filter((each) => each.endsWith("/package.json"))) {
  const { name } = JSON.parse(files[file]);
  if (name) for (const to of ["src", "."]) aliases.push([name, path.posix.join(path.posix.dirname(file), to)]);
}
aliases.push(["@/", "src"], ["@/", ""], ["~/", "src"], ["~/", ""]);

function resolve(from, name) {
  const bases = name.startsWith(".")
    ? [path.posix.join(path.posix.dirname(from), name)]
    : [...aliases.filter(([prefix]) => name.startsWith(prefix)).map(([prefix, to]) => path.posix.join(to, name.slice(prefix.length))), name];
  for (const base of bases)
    for (const stem of [base, base.replace(/\.m?jsx?$/, "")])
      for (const ending of [...SUFFIXES, ...SUFFIXES.slice(1).map((each) => `/index${each}`)]) {
        const found = path.posix.normalize(`${stem}${ending}`);
        if (Object.hasOwn(files, found)) return found;
      }
  return null;
}

function load(file) {
  if (modules.has(file)) return modules.get(file).exports;
  const module = { exports: {}, id: `/${file}`, filename: `/${file}` };
  modules.set(file, module);
  if (file.endsWith(".json")) {
    module.exports = JSON.parse(files[file]);
    return module.exports;
  }
  const { outputText } = ts.transpileModule(files[file], {
    fileName: file.replace(/\.[cm]?jsx?$/, ".tsx"),
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.React,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
      useDefineForClassFields: false,
    },
  });
  const local = (name) => {
    const found = resolve(file, name);
    return found === null ? external(name) : load(found);
  };
  try {
    const wrapped = vm.runInThisContext(`(function (exports, require, module, __filename, __dirname) {${outputText}\n})`, { filename: file });
    wrapped(module.exports, local, module, `/${file}`, `/${path.posix.dirname(file)}`);
    // A module that is a function of mongoose (`module.exports = (mongoose) => …`) makes its model when called.
    if (typeof module.exports === "function" && /^(async\s*)?(function\s*\w*\s*)?\(?\s*(\w+\s*,\s*)?mongoose\b/.test(String(module.exports))) {
      module.exports(/^(async\s*)?(function\s*\w*\s*)?\(?\s*mongoose/.test(String(module.exports)) ? mongoose : anything("argument"), mongoose);
    }
  } catch (error) {
    problems.push(`${file}: ${error?.message ?? error}`);
  }
  return module.exports;
}

/** Made anew each time the code runs, so that its value says nothing. */
const isMoment = (value) => Math.abs(Number(value) - Date.now()) < 86_400_000;

function shown(value) {
  if ((value instanceof Date || typeof value === "number") && isMoment(value)) return { is: "moment" };
  if (value === undefined) return { is: "undefined" };
  if (typeof value === "function") {
    try {
      const made = value.length === 0 && !/^class\s|\bthis\b/.test(String(value)) && value !== Date && !/native code/.test(String(value)) ? value() : undefined;
      if (made && ["[]", "{}"].includes(JSON.stringify(made)) && !(made instanceof Map)) return { is: "constant", value: made };
    } catch {
      // It needs a document.
    }
    return { is: "function", text: value.name && value.name !== "default" ? value.name : String(value).slice(0, 60) };
  }
  if (value instanceof Date) return { is: "date", value: value.toISOString() };
  try {
    return { is: "constant", value: JSON.parse(JSON.stringify(value)) };
  } catch {
    return { is: "other" };
  }
}

function ref(options) {
  const given = options?.ref;
  if (given === undefined || given === null) return null;
  if (typeof given === "string") return given;
  if (given.modelName) return given.modelName;
  if (typeof given === "function") {
    try {
      const made = given();
      return typeof made === "string" ? made : (made?.modelName ?? made?.name ?? "?");
    } catch {
      return "?";
    }
  }
  return "?";
}

function type(found, around) {
  const options = found.options ?? {};
  const given = ["validate", "get", "set"].map((each) => options[each]?.validator ?? options[each]).filter(Boolean);
  const code = given.map((each) => `${each.name} ${each}`).join();
  const made = {
    kind: found.$isSingleNested ? "Subdocument" : found.$isMongooseDocumentArray ? "DocumentArray" : found.instance === "ObjectID" ? "ObjectId" : found.instance,
    required: typeof options.required === "function" || typeof options.required?.isRequired === "function" || typeof options.required?.[0] === "function" ? "function" : Boolean(found.isRequired),
    ref: ref(options),
    refPath: options.refPath !== undefined,
    enum: (found.enumValues?.length ? found.enumValues : null) ?? (Array.isArray(options.enum) ? options.enum : (options.enum?.values ?? (options.enum ? Object.values(options.enum) : null))),
    limits: Object.fromEntries(["min", "max", "minlength", "maxlength", "minLength", "maxLength"].filter((each) => options[each] !== undefined).map((each) => [each.toLowerCase(), shown(Array.isArray(options[each]) ? options[each][0] : (options[each]?.value ?? options[each]))])),
    auto: Boolean(options.auto),
    discriminator: Boolean(options.$skipDiscriminatorCheck && options.select && Object.hasOwn(options, "default") && options.default === undefined),
    whole: /isInteger|Math\.(round|floor|ceil|trunc)|parseInt/.test(code),
    default: Object.hasOwn(options, "default") ? shown(options.default) : null,
  };
  const inner = found.schema && (found.$isSingleNested || found.$isMongooseDocumentArray) ? found.schema : null;
  if (inner?.discriminators) made.variants = Object.fromEntries(Object.entries(inner.discriminators).map(([name, each]) => [String(each.discriminatorMapping?.value ?? name), describe(each)]));
  if (inner) made.document = around.includes(inner) ? "recursive" : describe(inner, [...around, inner]);
  else if (found.caster && !found.$isMongooseDocumentArray && found.instance === "Array") made.element = type(found.caster, around);
  return made;
}

function indexes(schema) {
  return schema.indexes().map(([keys, { background, _autoIndex, ...options }]) => {
    if (options.partialFilterExpression) options.partialFilterExpression = JSON.stringify(options.partialFilterExpression);
    return { keys, options };
  });
}

function describe(schema, around = [schema]) {
  const paths = {};
  for (const [name, found] of Object.entries(schema.paths)) if (name !== schema.options.versionKey && !name.includes("$*")) paths[name] = type(found, around);
  return {
    paths,
    options: {
      id: schema.options._id,
      timestamps: schema.$timestamps ?? null,
      discriminatorKey: schema.options.discriminatorKey,
    },
  };
}

// Only what makes schemas and models, and what that imports.
const { exit } = process;
process.exit = () => {
  throw new Error("the app ends here");
};
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
for (const name of ["log", "warn", "error", "info", "debug"]) console[name] = () => {};
const makes = /(mongoose|typegoose)[\s\S]*(\bmodel\b|Schema|getModelForClass|createForClass|forFeature)/i;
// What is run by hand comes last: a model of its own does not stand in the way of the app's.
const byHand = (file) => /(^|\/)(scripts?|migrations?|seeds?|seeders?)\//.test(file);
for (const file of Object.keys(files).sort().sort((one, other) => byHand(one) - byHand(other)))
  if (!file.endsWith(".json") && !/\.(test|spec|e2e-spec)\.|(^|\/)(tests?|__tests__|cypress|benchmarks?)\//.test(file) && makes.test(files[file])) load(file);

const models = {};
for (const connection of connections)
  for (const [name, model] of Object.entries(connection.models ?? {})) {
    if (model.schema.discriminatorMapping && !model.schema.discriminatorMapping.isRoot) continue;
    models[name] ??= {
      collection: model.collection.name,
      ...describe(model.schema),
      indexes: indexes(model.schema),
    };
  }
for (const each of discriminators) {
  const { own } = each;
  delete each.own;
  if (own) Object.assign(each, describe(own), { indexes: indexes(own) });
}

/** What says nothing is left out: null, false, and empty lists and objects. */
function spare(key, value) {
  if (typeof value === "bigint") return Number(value);
  if (/^\d*$/.test(key) || this.is || key === "value" || this.keys || key === "id") return value;
  const says = value && (typeof value !== "object" || Object.keys(value).length > 0 || key === "document");
  return says || ["models", "paths"].includes(key) ? value : undefined;
}

const answer = Buffer.from(`${JSON.stringify({ models, discriminators, problems }, spare, 1)}\n`);
for (let at = 0; at < answer.length; ) {
  try {
    at += writeSync(1, answer, at);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
  }
}
exit.call(process, 0);
