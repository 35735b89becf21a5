/* The elements before the real server: with a public key, in pages of another origin, that it serves its files to; and the page of README as it is printed. */
import { readFileSync, writeFileSync } from "node:fs";
import {
  PHONE,
  SOURCE,
  assert,
  eventually,
  openBrowser,
  openPage,
  pageSecond,
  screenshot,
  smartshelf,
  startServer,
  startSite,
  temporaryFolder,
  test,
  trainStore,
  violations,
} from "./support.mjs";

const LINES_MAX = 15;
const BYTES_MAX = 20000;
const README_ADDRESS = "http://127.0.0.1:8080";
const SERVED = ["smart-shelf.js", "smart-popup.js", "smart-client.js", "smart-texts.js"];
const POLICY = "shelf.yaml";
const NAMES = ["Glass lantern", "Oak board", "Hand towel", "Cane sugar", "Frying pan", "Tea caddy"];

/* A log and a catalogue of forty products, whose pages and pictures are at `site`; a policy under which every visitor is shown what pays. */
function writeShop(folder, site) {
  const items = Array.from({ length: 40 }, (_, i) => `item-${String(i).padStart(2, "0")}`);
  const orders = Array.from({ length: 1500 }, (_, order) =>
    [0, 1, 2].map(
      (step) => `${order},c${order % 300},${items[(order * 7 + step * (1 + (order % 4))) % 40]},1,20.00,2026-0${1 + (order % 9)}-1${order % 9}`,
    ),
  );
  writeFileSync(`${folder}/log.csv`, ["order_id,customer_id,item_id,quantity,unit_price,timestamp", ...orders.flat(), ""].join("\n"));
  const rows = items.map(
    (item, i) => `${item},${NAMES[i % 6]} ${i},Category ${i % 4},20.00,8.00,50,${site}/product/${item},${site}/picture/${i * 9}`,
  );
  writeFileSync(`${folder}/items.csv`, ["item_id,name,category,price,cost,stock,url,image", ...rows, ""].join("\n"));
  const always = "{holdout: 0, not-segments: []}";
  writeFileSync(
    `${folder}/${POLICY}`,
    `offers: {guards: {tax: 20, margin-min: 10, discount-max: 20, budget-per-day: 20000}, learning: {explore: false}, campaigns: {dont_go: ${always}, lightning: ${always}, last_chance: {holdout: 0, cart-min: 0}}}\n`,
  );
  return trainStore(folder, `${folder}/log.csv`, `${folder}/items.csv`);
}

const picture = (hue) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="hsl(${hue} 40% 80%)"/><circle cx="4.5" cy="4.5" r="2.5" fill="hsl(${hue} 50% 45%)"/></svg>`;

const browser = await openBrowser();
const folder = temporaryFolder();
const pages = {};
const site = await startSite(({ path }) => {
  if (path.startsWith("/picture/")) return { type: "image/svg+xml", body: picture(path.slice(9)) };
  return pages[path] ?? { body: '<!doctype html><html lang="en"><title>A product</title><main><h1>A product</h1></main></html>' };
});
const store = writeShop(folder, site);
const key = smartshelf("keygen", "--http", "public", "--keys", `${folder}/keys`, "--origin", site, "--quiet").match(/pk_\w+/)[0];
let server = await startServer(folder, store, "--config", `${folder}/${POLICY}`, "--http-keys", `${folder}/keys`);

function strictPage(body) {
  const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url} 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`;
  const scripts = SERVED.slice(0, 2).map((file) => `<script type="module" src="${server.url}/web/${file}"></script>`);
  return {
    headers: { "Content-Security-Policy": policy },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>${scripts.join("")}<main><h1>A shop</h1>${body}</main></html>`,
  };
}

const shelf = (kind, more = "") =>
  `<smart-shelf src="${server.url}" key="${key}" kind="${kind}" heading="Look at these" currency="EUR" ${more}></smart-shelf>`;
const popup = (page, more = "") => `<smart-popup src="${server.url}" key="${key}" page="${page}" currency="EUR" ${more}></smart-popup>`;
const shown = (page) =>
  page.evaluate(() => [...document.querySelector("smart-shelf").shadowRoot.querySelectorAll("a[href]")].map(({ href }) => href.split("/").at(-1)));
const leave = (page) =>
  page.evaluate(() => document.documentElement.dispatchEvent(new MouseEvent("mouseout", { bubbles: true, clientX: 300, clientY: -3 })));
const events = () => smartshelf("events", "export", "--quiet", "--store", store, "--format", "ndjson").split("\n").filter(Boolean).map(JSON.parse);

async function open(path, body, options) {
  pages[path] = strictPage(body);
  const page = await openPage(browser, options);
  await page.goto(site + path);
  return page;
}

test("what the visitor looks at is told, what is sold out is gone from the next view, and a lower price says of what", async () => {
  const page = await open("/product", shelf("related", 'item-id="item-03" limit="8"'));
  await page.waitForSelector("smart-shelf li [href]");
  const [first, second] = await shown(page);
  await pageSecond(page);
  await page.getByRole("link").first().click();
  await page.waitForURL(`**/product/${first}`);
  await eventually(() => events().some(({ event }) => event === "click"));
  const [seen] = events();
  assert.deepEqual([seen.event, seen.item_id, seen.shelf], ["impression", first, "related"]);
  smartshelf("items", "--item", first, "--stock", 0, "--connect", server.connect);
  smartshelf("items", "--item", second, "--price", "15.00", "--connect", server.connect);
  await page.goto(`${site}/product`);
  await page.waitForSelector("smart-shelf li [href]");
  assert.ok(!(await shown(page)).includes(first));
  const reduced = await page
    .getByRole("link")
    .nth((await shown(page)).indexOf(second))
    .innerText();
  assert.match(reduced, /-25%[^]+€15\.00\s*€20\.00\s+Lowest in 30 days: \u2068€20\.00\u2069/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
});

test("on each of the three pages one popup with a real lease, whose code an order redeems once", async () => {
  for (const [kind, more, cart] of [
    ["home", "", null],
    ["product", 'item-id="item-05"', null],
    ["cart", `cart='[{"item_id": "item-05", "quantity": 2}]'`, "item-05:2"],
  ]) {
    const page = await open(`/${kind}`, popup(kind, more));
    await page.waitForFunction(() => customElements.get("smart-popup"));
    if (kind === "home") await page.evaluate(() => document.querySelector("smart-popup").tell({ event: "view", item_id: "item-07" }, true));
    if (kind === "home") await eventually(() => events().some(({ event, item_id }) => event === "view" && item_id === "item-07"), "the look is stored");
    await leave(page);
    await page.getByRole("dialog").waitFor();
    assert.deepEqual(await violations(page), []);
    if (kind !== "home") {
      assert.match(await page.getByRole("timer").innerText(), /^\d\d min( \d+ sec)?$/);
      const code = await page.locator("smart-popup input").first().inputValue();
      const session = await page.evaluate(() => document.querySelector("smart-popup").session);
      const order = ["--session", session, "--cart", cart ?? "item-05", "--connect", server.connect];
      assert.match(smartshelf("redeem", "--code", code, "--order", `o-${kind}`, ...order), /redeemed/);
      assert.match(smartshelf("redeem", "--code", code, "--order", `again-${kind}`, ...order), /used/);
    }
    await screenshot(page, `served-popup-${kind}`);
    await page.getByRole("button", { name: "No, thanks" }).click();
    await eventually(() => events().some(({ event, offer_id }) => event === "dismiss" && offer_id), "the dismissal is stored");
    await page.goto(`${site}/${kind}`);
    await page.waitForFunction(() => customElements.get("smart-popup"));
    await leave(page);
    await page.waitForTimeout(200);
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.deepEqual(page.complaints, []);
  }
});

test("the elements are less than 20,000 bytes together as they lie, and are served as they lie", async () => {
  const lie = SERVED.map((file) => readFileSync(`${SOURCE}/recsys/web/${file}`, "utf8"));
  const bytes = Buffer.byteLength(lie.join(""));
  console.log(`${bytes} bytes`);
  assert.ok(bytes < BYTES_MAX, String(bytes));
  assert.deepEqual(await Promise.all(SERVED.map(async (file) => (await fetch(`${server.url}/web/${file}`)).text())), lie);
});

test("shelves of a page stand in one answer, and no product on two of them", async () => {
  const page = await open("/shelves", `${shelf("related", 'item-id="item-03"')}${shelf("popular", 'item-id="item-03" limit="20"')}`);
  await page.locator("smart-shelf").nth(1).locator("[href]").nth(9).waitFor(); // its question is not the next page's
  const asked = [];
  page.on("request", (request) => request.url().includes("/v1/") && request.method() === "GET" && asked.push(new URL(request.url()).pathname));
  await page.reload();
  await page.locator("smart-shelf").nth(1).locator("[href]").nth(9).waitFor();
  const links = await page.locator("smart-shelf [href]").evaluateAll((all) => all.map(({ href }) => href));
  assert.ok(links.length > 20);
  assert.equal(new Set(links).size, links.length);
  assert.deepEqual(asked, ["/v1/page"]);
  assert.deepEqual(page.complaints, []);
});

test("a shelf that is a mistake leaves the others of its page what they are", async () => {
  const page = await open("/mistake", `${shelf("relatde")}${shelf("alternatives")}${shelf("popular")}`);
  await page.locator("smart-shelf").nth(2).locator("[href]").nth(7).waitFor();
  for (const i of [0, 1]) await page.locator("smart-shelf[hidden]").nth(i).waitFor({ state: "attached" });
  assert.ok(page.complaints.every((complaint) => /40[04]|relatde/.test(complaint)), page.complaints.join("\n"));
});

test("the server's clock can be read by a page of another origin", async () => {
  const page = await open("/clock", shelf("popular"));
  assert.ok(
    await page.evaluate(async ([url, pk]) => Date.parse((await fetch(`${url}/v1/popular?key=${pk}`)).headers.get("Date")), [server.url, key]),
  );
});

test("when the server is stopped the page has its own list", async () => {
  const page = await open("/stopped", shelf("popular", "").replace("></", '><a href="/product/best">Our best</a></'));
  await page.waitForSelector("smart-shelf li [href]");
  assert.equal(await page.getByRole("link", { name: "Our best" }).count(), 0);
  await server.stop();
  await page.evaluate(() => document.querySelector("smart-shelf").setAttribute("kind", "trending"));
  await page.getByRole("link", { name: "Our best" }).waitFor();
});

test("the page of README works as printed", async () => {
  const [, printed] = readFileSync(`${SOURCE}/README.md`, "utf8").match(/^```html\n(<!doctype[^]*?)^```/im);
  assert.ok(printed.split("\n").length - 1 <= LINES_MAX);
  server = await startServer(folder, store, "--config", `${folder}/${POLICY}`);
  pages["/readme"] = { body: printed };
  for (const [name, options] of [
    ["desk", {}],
    ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
  ]) {
    const page = await openPage(browser, options);
    await page.route(`${README_ADDRESS}/**`, (route) => route.continue({ url: route.request().url().replace(README_ADDRESS, server.url) }));
    await page.goto(`${site}/readme`);
    await page.waitForSelector("smart-shelf li [href]");
    assert.ok((await shown(page)).length >= 8);
    await page.waitForTimeout(200);
    await screenshot(page, `readme-${name}`);
    assert.deepEqual(await violations(page), []);
    await leave(page);
    await page.getByRole("dialog").waitFor();
    await page.waitForTimeout(400);
    await screenshot(page, `readme-popup-${name}`);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
});
