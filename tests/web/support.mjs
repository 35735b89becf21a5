/*
 * What the tests in a browser share: the browser (Debian's Chromium by playwright-core), pages of which every complaint is kept, the program as a
 * server, a shop for it, pages served from memory, and axe-core. A test is a file NAME.mjs beside this one (helpers are support*.mjs); ctest
 * runs it as NAME_web. What is not there ends the test as skipped, with the reason.
 */
import { spawn, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export { test } from "node:test";
export { strict as assert } from "node:assert";

const SKIPPED = 77;
const PATIENCE = 60000; // milliseconds, for what must come in a page
const cleanups = []; // what was begun last ends first
after(async () => {
  while (cleanups.length) await cleanups.pop()();
});
process.on("exit", () => cleanups.reverse().forEach((cleanup) => cleanup())); // where no test came to run

export const SOURCE = resolve(fileURLToPath(import.meta.url), "../../..");
export const PROGRAM = process.env.SMARTSHELF ?? join(SOURCE, "build/smartshelf");
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 900 };

/* Ends the whole test as skipped. */
export function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(SKIPPED);
}

async function imported(name) {
  return import(name).catch(() => skip(`no npm package ${name} (scripts/setup --test installs it)`));
}

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = [process.env.SMARTSHELF_CHROMIUM, "chromium", "chromium-browser", "google-chrome"].filter(Boolean);
  for (const name of names)
    for (const path of name.includes("/") ? [name] : folders.map((folder) => join(folder, name))) if (existsSync(path)) return path;
  return skip("no chromium (a Debian package; SMARTSHELF_CHROMIUM names another)");
}

/* A folder that is gone when the test ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "smartshelf-web-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/* The browser, closed when the test ends. It reaches this machine and nothing else: every other name resolves to nowhere. */
export async function openBrowser() {
  const { chromium } = await imported("playwright-core");
  const browser = await chromium.launch({
    executablePath: findChromium(),
    chromiumSandbox: process.getuid() !== 0,
    args: [
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
  cleanups.push(() => browser.close());
  return browser;
}

/* In a page: its elements wait for an answer as long as a test does, unless they are told of less than a second. */
function patientElements(patience) {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => timeout(milliseconds < 1000 ? milliseconds : patience);
}

/* A second and more by the page's own clock: what was visible before has been seen for a second. */
export function pageSecond(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 1100)))));
}

/*
 * A page in a context of its own (no cookies, no storage). `options` are playwright's of a context: viewport, hasTouch, isMobile, locale,
 * colorScheme, reducedMotion, deviceScaleFactor. page.complaints gathers what the console, scripts and the content security policy complain of.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: DESK, locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(patientElements, PATIENCE);
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.complaints.push(`thrown: ${error.stack ?? error}`));
  return page;
}

/* What axe-core finds wrong, as sentences: none is what is wanted. `options` as of axe.run. */
export async function violations(page, options = {}) {
  await imported("axe-core");
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source); // by the debugger: no policy of the page forbids it
  const found = await page.evaluate(async (chosen) => (await window.axe.run(document, chosen)).violations, { resultTypes: ["violations"], preload: false, ...options });
  return found.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/* A picture in the folder SMARTSHELF_SCREENSHOTS, where that is set. */
export async function screenshot(page, name, options = {}) {
  const folder = process.env.SMARTSHELF_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

const TICK = 25; // milliseconds

/* Asks until `ask` gives something true, which is returned; at most so many seconds of waiting, by its own ticks: a machine that stood still is not held against it. */
export async function eventually(ask, what = String(ask), seconds = 60) {
  for (let ticks = 0; ticks < (seconds * 1000) / TICK; ticks++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, TICK));
  }
  throw new Error(`never came true: ${what}`);
}

/* Standard output of a run of the program that succeeds; it waits a minute for a server. */
export function smartshelf(...words) {
  const patience = words.includes("--connect") ? ["--timeout", 60000] : [];
  return execFileSync(PROGRAM, [...words, ...patience].map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/* Simulates a shop and trains; gives its store. `options` as of smartshelf simulate. */
export function makeStore(folder, options = {}) {
  const chosen = { items: 300, customers: 400, orders: 3000, ...options };
  smartshelf("simulate", "--quiet", "--views", "--out", `${folder}/shop`, ...Object.entries(chosen).map(([name, value]) => `--${name}=${value}`));
  return trainStore(folder, `${folder}/shop/log.csv`, `${folder}/shop/catalog.csv`);
}

/* Trains a store from a log and a catalogue; gives its path. */
export function trainStore(folder, log, catalog) {
  const quick = ["--threads=1", "--als.factors=8", "--als.iterations=2"];
  smartshelf("train", "--quiet", ...quick, "--log", log, "--catalog", catalog, "--store", `${folder}/store`);
  return `${folder}/store`;
}

/*
 * `smartshelf serve` with HTTP on a free port and a socket in `folder`, killed when the test ends. Gives {url, connect, log(), stop()}: `url` without
 * a slash at its end, `connect` for the program's own --connect. `words` are further arguments.
 */
export async function startServer(folder, store, ...words) {
  if (!smartshelf("serve", "--help").includes("--http ")) skip("this program does not serve HTTP");
  const connect = `ipc://${folder}/shelf.ipc`;
  return { connect, ...(await startHttp("serve", "--store", store, "--bind", connect, ...words)) };
}

/* A gateway before these servers, on a free port. */
export function startGateway(...endpoints) {
  return startHttp("gateway", ...endpoints.flatMap((endpoint) => ["--connect", endpoint]));
}

/* A command that serves HTTP at a port of its own, killed when the test ends. */
async function startHttp(...words) {
  const server = spawn(PROGRAM, [...words.map(String), "--http", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", (text) => (told += text));
  const ended = new Promise((done) => server.on("exit", done));
  cleanups.push(() => (server.kill("SIGKILL"), ended));
  const url = await eventually(() => {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}: ${told}`);
    return told.match(/\burl="?(http:\/\/[^\s"]+)/)?.[1];
  }, "the server tells where it serves HTTP");
  return {
    url: url.replace(/\/$/, ""),
    log: () => told,
    stop: () => (server.kill("SIGTERM"), ended),
  };
}

/*
 * A site of the test's own on a free port, closed when the test ends; gives its URL without a slash at its end. `answer(request, body)` gives {status, type, body, headers},
 * or undefined for 404, or a promise of either; request is node's, with `request.path` and `request.query` beside.
 */
export async function startSite(answer) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const address = new URL(request.url, "http://site");
    Object.assign(request, { path: address.pathname, query: address.searchParams });
    if (request.path === "/favicon.ico") return response.writeHead(204).end();
    const {
      status = 200,
      type = "text/html; charset=utf-8",
      body = "",
      headers = {},
    } = (await answer(request, Buffer.concat(chunks).toString())) ?? { status: 404 };
    response.writeHead(status, { "Content-Type": type, ...headers }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  cleanups.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}`;
}
