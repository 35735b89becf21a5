/* The console as a merchandiser uses it: logging in, a product with its shelves and reasons, its stock set to zero, a visitor, generations, charts,
 * reports; names that would be markup; both sizes, both colour schemes, the keyboard, axe-core. */
import { writeFileSync } from "node:fs";
import { assert, DESK, eventually, openBrowser, openPage, PHONE, screenshot, smartshelf, startServer, temporaryFolder, test, trainStore, violations } from "./support.mjs";

const HOSTILE = {
  evil: "<img src=x onerror=window.taken=1><script>window.taken=1</script>\"'&amp;",
  bidi: "left \u202eright\u2066 turned",
  long: `Long ${"x".repeat(10000)} end`,
};
const folder = temporaryFolder();
const items = Array.from({ length: 40 }, (_, i) => [`item-${i}`, `Product ${i}`]).concat(Object.entries(HOSTILE));

function writeShop() {
  const quote = (text) => `"${text.replaceAll('"', '""')}"`;
  const orders = Array.from({ length: 400 }, (_, order) => [0, 1, 2].map((step) => [order, `c${order % 60}`, items[(order * 5 + step * (1 + (order % 3))) % items.length][0]]));
  writeFileSync(`${folder}/log.csv`, ["order_id,customer_id,item_id,quantity,unit_price,timestamp", ...orders.flat().map(([order, customer, item]) => `${order},${customer},${item},1,5.00,2026-0${1 + (order % 9)}-${10 + (order % 18)}`)].join("\n"));
  writeFileSync(`${folder}/items.csv`, ["item_id,name,category,price,stock,url,image", ...items.map(([id, name], i) => `${id},${quote(name)},Category ${i % 4},${5 + i}.00,10,javascript:window.taken=1,javascript:window.taken=1`)].join("\n"));
}

writeShop();
const store = trainStore(folder, `${folder}/log.csv`, `${folder}/items.csv`);
const made = smartshelf("keygen", "--http", "secret", "--keys", `${folder}/keys`, "--name", "console");
const key = made.match(/sk_\w{40}/)[0];
const server = await startServer(folder, store, "--http-keys", `${folder}/keys`);
const ask = (...words) => smartshelf(...words, "--connect", server.connect);
const browser = await openBrowser();

async function enter(options = {}, hash = "") {
  const page = await openPage(browser, options);
  await page.context().addCookies([{ name: "smartshelf_key", value: key, url: `${server.url}/console/`, httpOnly: true, sameSite: "Strict" }]);
  await page.goto(`${server.url}/console/${hash}`);
  await page.waitForSelector("nav a");
  return page;
}

/* Goes there within the page, and waits until what was asked for is shown. */
async function go(page, hash, selector) {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.waitForSelector(selector);
}

const shelfText = (page, kind) => page.textContent(`[data-shelf=${kind}]`);
const filled = (page, kind) => page.waitForSelector(`[data-shelf=${kind}] tbody tr`);

test("who has no secret key is not let in", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/console/`);
  await page.waitForSelector("input[type=password]");
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
  await screenshot(page, "console-login");
  await page.fill("input[type=password]", `sk_${"0".repeat(40)}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.textContent("[role=alert]"), /no secret key/);
  await page.fill("input[type=password]", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav a[aria-current=page]");
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/console/"]);
  assert.equal(await page.evaluate(() => document.cookie), "");
  await page.reload();
  await page.waitForSelector("nav a");
  await page.click("text=Log out");
  await page.waitForSelector("input[type=password]");
  assert.equal((await page.context().cookies()).length, 0);
});

test("a product is found, its shelves say why, and sold out it is on none", async () => {
  const page = await enter();
  await page.fill("input[type=search]", "product 7");
  await page.keyboard.press("Enter");
  await page.click("tbody a:has-text('Product 7')");
  await filled(page, "related");
  assert.match(await shelfText(page, "related"), /bought by the same \d+ customers/);
  assert.match(await shelfText(page, "bought_together"), /in \d+ orders together/);
  const [other] = await page.$$eval("[data-shelf=bought_together] .id", (ids) => ids.map((id) => id.textContent));
  await page.goto(`${server.url}/console/#/products/${other}`);
  await page.waitForSelector("input[name=stock]");
  await page.fill("input[name=stock]", "0");
  await page.click("text=Change…");
  await page.waitForSelector("dialog[open]");
  assert.match(await page.textContent("dialog"), /Stock: 10 → 0/);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.inputValue("input[name=stock]"), "0"); // nothing was done, and nothing is lost
  await page.click("text=Change…");
  await page.click("dialog button.main");
  await page.waitForSelector(".chip.bad:has-text('out of stock')");
  assert.match(await page.textContent("main"), /changed live/);
  await go(page, "#/products/item-7", "h1:has-text('Product 7')");
  await filled(page, "bought_together");
  const now = await page.$$eval("[data-shelf=bought_together] .id", (ids) => ids.map((id) => id.textContent));
  assert.ok(!now.includes(other));
  assert.match(await shelfText(page, "bought_together"), /Taken away by the rules: .*out of stock/);
  await go(page, `#/products/${other}`, ".chip.bad");
  await page.click("text=Take back…");
  await page.click("dialog button.main");
  await page.waitForSelector(".chip.good:has-text('may be shown')");
  for (const typed of ["a lot", "1.249", "1.249,00"]) {
    await page.fill("input[name=price]", typed);
    await page.fill("input[name=stock]", "7");
    await page.click("text=Change…");
    await page.waitForSelector("[role=alert]:has-text('no amount')");
    assert.equal(await page.locator("dialog").count(), 0, typed);
  }
  await page.fill("input[name=price]", "12,5"); // a decimal comma will do
  await page.click("text=Change…");
  await page.waitForSelector("dialog:has-text('12.50')");
  await page.keyboard.press("Escape");
  assert.deepEqual(page.complaints, []);
});

test("a visitor, as the server knows them", async () => {
  for (const [type, item] of [["view", "item-1"], ["cart_add", "item-2"], ["dismiss", "item-3"]])
    ask("event", "--type", type, "--item", item, "--session", "s 1/<b>", "--customer", "c7");
  const page = await enter({}, "#/visitors");
  await page.fill("input[name=session]", "s 1/<b>");
  await page.fill("input[name=customer]", "c7");
  await page.keyboard.press("Enter");
  await page.waitForSelector("h2:has-text('This session')");
  const text = await page.textContent("main");
  for (const wanted of ["1 in the cart", "dismissed", "seen", "Bought, as the generation knows it"]) assert.ok(text.includes(wanted), wanted);
  await filled(page, "for_you");
  await page.click("text=Look");
  await page.waitForSelector("h3:has-text('Leaving the home page')");
  assert.deepEqual(await violations(page), []);
  ask("forget", "--customer", "c7");
  await page.reload();
  await page.waitForSelector("text=Nothing is known of");
  assert.match(await page.textContent("main"), /0 products, in generation/);
  assert.deepEqual(page.complaints, []);
});

test("generations, and the command to go back", async () => {
  const page = await enter({}, "#/generations");
  await page.waitForSelector("table a");
  assert.match(await page.textContent("main"), /current.*served by this server/s);
  assert.match(await page.textContent("main"), /No night has run/);
  const name = await page.textContent("table a");
  await page.click("table a");
  await page.waitForSelector("pre");
  assert.equal(await page.textContent("pre"), `smartshelf rollback --store ${store}`);
  assert.match(await page.textContent("main"), /customers60/);
  await go(page, "#/generations/20261199T000000.000Z", "[role=alert]");
  assert.match(await page.textContent("[role=alert]"), /no generation's name/);
  await go(page, `#/generations/${name}`, "pre");
  assert.match(page.complaints.join(), /^(error: Failed to load resource[^,]*404[^,]*)?$/);
});

test("charts move", async () => {
  const page = await enter({}, "#/live");
  const charts = await page.evaluate(() => fetch("/console/api/about").then((reply) => reply.json()).then((place) => place.charts));
  await page.waitForSelector(charts ? "[data-chart=rate] canvas" : "text=Charts are left out");
  const rate = () => page.textContent("[data-chart=rate] .now");
  const first = await eventually(async () => (/[\d.]+ \/s/.test(await rate()) ? rate() : null), "a rate");
  const asked = setInterval(() => page.evaluate((url) => fetch(`${url}/console/api/ask/popular`, { method: "POST", body: '{"limit":5}', headers: { "X-Smartshelf-Console": "1", "Content-Type": "application/json" } }), server.url).catch(() => {}), 20);
  await eventually(async () => (await rate()) !== first, "another rate");
  await eventually(async () => /\d ?%/.test(await page.textContent("[data-chart=fill] .now")), "a share filled");
  clearInterval(asked);
  assert.match(await page.textContent("main"), /popular/);
  await page.click("text=Hold still");
  const held = await rate();
  await page.waitForTimeout(1500);
  assert.equal(await rate(), held);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
});

test("reports appear, in a frame where nothing runs", async () => {
  const page = await enter({}, "#/offers");
  await page.waitForSelector("h2:has-text('Accounts')");
  assert.deepEqual(await violations(page), []);
  await page.click(".card:has-text('What offers did') a");
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  await frame.waitForSelector("h1");
  assert.equal(await page.getAttribute("iframe", "sandbox"), "");
  assert.match(await frame.textContent("body"), /Decisions/);
  await screenshot(page, "console-report");
  await go(page, "#/offers/retention", "iframe, [role=alert]");
  assert.match(page.complaints.join(), /^(error: Failed to load resource[^,]*502[^,]*)?$/);
});

test("names from the catalogue are never markup", async () => {
  const page = await enter();
  for (const [id, name] of Object.entries(HOSTILE)) {
    await go(page, `#/products/${id}`, `code:has-text("${id}")`);
    const shown = await page.textContent("h1"); // what is too long was cut when it was learned
    assert.ok(shown.length > 10 && name.startsWith(shown), `${id} is shown as something else`);
    await filled(page, "related");
    assert.equal(await page.$("main img, main script"), null);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${id} makes the page too wide`);
  }
  await go(page, "#/products?text=onerror", "a:has-text('onerror')");
  await page.goto(`${server.url}/console/#/products/${encodeURIComponent(HOSTILE.evil)}`);
  await page.waitForSelector("h1:has-text('No such product')");
  assert.equal(await page.evaluate(() => window.taken), undefined);
  assert.deepEqual(page.complaints, []);
});

test("every part in both sizes and colours, without fault, by the keyboard", async () => {
  const parts = { products: "table", "products/item-7": "[data-shelf=cart] tbody tr", visitors: "input[name=session]", offers: "h2:has-text('Reports')", generations: "table a", live: "[data-chart=fill]" };
  for (const [name, options] of [["desk-dark", { viewport: DESK, colorScheme: "dark" }], ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }]]) {
    const page = await enter(options);
    for (const [part, selector] of Object.entries(parts)) {
      await go(page, `#/${part}`, selector);
      assert.deepEqual(await violations(page), [], `${part} ${name}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), true, `${part} is too wide for ${name}`);
      await screenshot(page, `console-${part.replace("/", "-")}-${name}`, { fullPage: true });
    }
    assert.deepEqual(page.complaints, []);
  }
  const page = await enter();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the content");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Tab"); // the brand, Products, Visitors
  await page.keyboard.press("Enter");
  await page.waitForSelector("input[name=session]");
  assert.equal(await eventually(() => page.evaluate(() => document.activeElement.tagName === "H1")), true);
});

test("a server that is gone is told in words", async () => {
  const page = await enter({}, "#/products");
  await page.waitForSelector("table");
  await server.stop();
  await page.evaluate(() => (location.hash = "#/offers"));
  await page.waitForSelector("[role=alert]");
  assert.match(await page.textContent("[role=alert]"), /cannot be reached/);
});
