/* The console before a gateway: the same charts over what the gateway answers, and who serves what behind it. */
import { assert, DESK, eventually, makeStore, openBrowser, openPage, PHONE, screenshot, startServer, startGateway, temporaryFolder, test, violations } from "./support.mjs";

const folder = temporaryFolder();
const store = makeStore(folder);
const server = await startServer(folder, store);
const gone = `ipc://${folder}/nobody.ipc`;
const gateway = await startGateway(server.connect, gone);
const browser = await openBrowser();

async function enter(hash, size) {
  const page = await openPage(browser, size);
  await page.goto(`${gateway.url}/console/${hash}`);
  await page.waitForSelector("nav a");
  return page;
}

test("charts show what the gateway answers, and each server behind it", async () => {
  const page = await enter("#/live", { viewport: DESK });
  const now = (chart) => page.textContent(`[data-chart=${chart}] .now`);
  const asked = setInterval(() => fetch(`${gateway.url}/v1/popular?limit=5`).catch(() => {}), 20);
  await eventually(async () => /[\d.]+ \/s/.test(await now("rate")), "a rate");
  await eventually(async () => /\d/.test(await now("latency")), "a latency");
  await eventually(async () => /\d ?%/.test(await now("fill")), "a share filled");
  await eventually(async () => /\d ?%/.test(await now("fallback")), "a share of fallbacks");
  await eventually(async () => /popular/.test(await page.textContent("main")), "the method");
  clearInterval(asked);
  const rows = await page.$$eval("tbody tr", (all) => all.map((row) => row.textContent));
  assert.ok(rows.some((row) => row.includes(server.connect) && /up|returning/.test(row) && /\d{8}T\d{6}/.test(row)), rows.join("\n"));
  assert.ok(rows.some((row) => row.includes(gone) && row.includes("ejected")), rows.join("\n"));
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
  await screenshot(page, "console-gateway-live");
});

test("who serves what", async () => {
  const page = await enter("#/generations", { viewport: PHONE });
  await page.waitForSelector("h2:has-text('Who serves what')");
  assert.match(await page.textContent("main"), /\d{8}T\d{6}/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
  await screenshot(page, "console-gateway-generations");
});
