/*
 * The description at /openapi.json in the hands of others: openapi-typescript makes types of it, a program that is written against them compiles (and
 * does not when it asks for what is not described), and openapi-fetch asks the server by it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, makeStore, skip, smartshelf, SOURCE, startServer, temporaryFolder, test } from "./support.mjs";

const MODULES = join(SOURCE, "tests/web/node_modules");
for (const name of ["openapi-typescript", "openapi-fetch", "typescript"])
  if (!existsSync(join(MODULES, name))) skip(`no npm package ${name} (scripts/setup --test installs it)`);

const CLIENT = `
import createClient from "openapi-fetch";
import type { paths } from "./api.js";
declare const process: { argv: string[] };
const [baseUrl, key] = process.argv.slice(2);
const shelf = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });
const session_id = "8f14e45f-ceea-467f-a0e6-5f1e1cbe2a7b";
const popular = await shelf.GET("/v1/popular", { params: { query: { limit: 3, fields: ["name", "price"], "filter.price_min": 1 } } });
const item_id = popular.data?.items[0]?.item_id ?? "";
const event = await shelf.POST("/v1/event", { body: { events: [{ event: "view", item_id, session_id }], durability: "relaxed" } });
const wrong = await shelf.POST("/v1/page", { body: { shelves: ["popular"], limit: 501 } });
const report = { prices: popular.data?.items.map((item) => typeof item.price), stored: event.data?.stored, code: wrong.error?.error.code, field: wrong.error?.error.field };
console.log(JSON.stringify(report));
`;
const WRONG = [
  'await shelf.GET("/v1/nothing");',
  'await shelf.GET("/v1/event");',
  'await shelf.POST("/v1/event", { body: { event: "sale", item_id, session_id } });',
  'await shelf.POST("/v1/redeem", { body: { code: "x" } });',
  "popular.data?.items[0]?.cost;",
];

const folder = temporaryFolder();
symlinkSync(MODULES, join(folder, "node_modules"));
writeFileSync(join(folder, "package.json"), '{"type": "module"}');
const key = JSON.parse(smartshelf("keygen", "--json", "--http", "secret", "--keys", join(folder, "keys"))).key;
const server = await startServer(folder, makeStore(folder), "--http-keys", join(folder, "keys"));

/* Compiles them all; where the compiler complains: "client.ts 12". */
function compile(programs) {
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  const options = "--strict --module nodenext --moduleResolution nodenext --target es2022 --lib es2022,dom --skipLibCheck".split(" ");
  const done = spawnSync(process.execPath, [join(MODULES, "typescript/bin/tsc"), ...options, ...Object.keys(programs)], { cwd: folder, encoding: "utf8" });
  return [...new Set([...done.stdout.matchAll(/^(\S+)\((\d+),\d+\): error/gm)].map((found) => `${found[1]} ${found[2]}`))];
}

test("types are made of it, and a program against them asks the server", async () => {
  const described = await (await fetch(`${server.url}/openapi.json`)).text();
  const { default: types, astToString } = await import("openapi-typescript");
  const made = await types(described, { defaultNonNullable: false }); // what has a default need not be sent
  writeFileSync(join(folder, "api.d.ts"), astToString(made));
  const lines = CLIENT.trimEnd().split("\n").length;
  const complaints = compile({ "client.ts": CLIENT, "wrong.ts": [CLIENT.trimEnd(), ...WRONG].join("\n") });
  assert.deepEqual(complaints.sort(), WRONG.map((_, i) => `wrong.ts ${lines + 1 + i}`).sort());
  const told = JSON.parse(execFileSync(process.execPath, [join(folder, "client.js"), server.url, key], { encoding: "utf8" }));
  assert.deepEqual(told, { prices: ["number", "number", "number"], stored: 1, code: "out_of_range", field: "limit" });
});
