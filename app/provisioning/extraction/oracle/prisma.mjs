// What Prisma Migrate itself would create: its schema engine as WebAssembly, without a database.
//
// node prisma.mjs DIRECTORY, where DIRECTORY has node_modules with @prisma/schema-engine-wasm. Each line of stdin is
// a request {"files": {path: text}}; each line of stdout its answer, {"sql": text} or {"error": text}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.argv[2] ?? ".", "oracle.cjs"));
const directory = dirname(require.resolve("@prisma/schema-engine-wasm"));
const bindings = await import(pathToFileURL(join(directory, "schema_engine_bg.js")));
const { instance } = await WebAssembly.instantiate(readFileSync(join(directory, "schema_engine_bg.wasm")), {
  "./schema_engine_bg.js": bindings,
});
bindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

// The engine asks a driver adapter for a connection, though it needs none to compare two schemas.
const ok = (value) => ({ ok: true, value, map: () => ok(value), flatMap: (next) => next(value) });
const connection = {
  provider: "postgres",
  adapterName: "none",
  dispose: async () => ok(undefined),
  executeScript: async () => ok(undefined),
  executeRaw: async () => ok(0),
  queryRaw: async () => ok({ columnNames: [], columnTypes: [], rows: [] }),
  getConnectionInfo: () => ok({ schemaName: "public", supportsRelationJoins: true }),
};
const adapter = {
  provider: "postgres",
  adapterName: "none",
  errorRegistry: { consumeError() {} },
  connect: async () => ok(connection),
  connectToShadowDb: async () => ok(connection),
};

// Since Prisma 7 the connection is no part of a schema; older ones have it there.
const CONNECTION = /^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=.*$/gm;

async function migration(files) {
  const schema = Object.entries(files).map(([path, text]) => ({ path, content: text.replace(CONNECTION, "") }));
  const engine = await bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, adapter);
  const { stdout } = await engine.diff({
    from: { tag: "empty" },
    to: { tag: "schemaDatamodel", files: schema },
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { sql: await migration(JSON.parse(line).files) };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
