/*
 * The demo shop in a browser, at a phone's and a desk's width: a visitor walks over its pages, is offered something on three of them, orders with the
 * code; the shopkeeper sells a product out and it is on no shelf any more; somebody else comes. Nothing complains, and axe-core finds nothing.
 */
import { writeFileSync } from "node:fs";
import { DESK, PHONE, assert, eventually, makeStore, openBrowser, openPage, screenshot, startServer, temporaryFolder, test, violations } from "./support.mjs";

/* A shop that gives something to everybody who leaves, so that the test depends on no draw. */
const CONFIGURATION = `
offers:
  guards: {margin-min: 5, cart-margin-min: 5, budget-per-day: 1000000, uses-max: 0, shows-max: 0, cool-dismissed-hours: 0, cool-bought-hours: 0, stacking: true}
  learning: {explore: false}
  campaigns:
    dont_go: {holdout: 0, incentives: [percent-5]}
    lightning: {holdout: 0, incentives: [percent-5], price-cut: false}
    last_chance: {holdout: 0, incentives: [percent-5]}
`;

const folder = temporaryFolder();
writeFileSync(`${folder}/shelf.yaml`, CONFIGURATION);
const store = makeStore(folder, { items: 600, customers: 400, orders: 4000 });
const [browser, server] = await Promise.all([openBrowser(), startServer(folder, store, "--demo", "--config", `${folder}/shelf.yaml`)]);

const ids = (page, kind) =>
  page.evaluate((kind) => {
    const shelf = document.querySelector(`smart-shelf[kind="${kind}"]`);
    return [...(shelf?.shadowRoot.querySelectorAll("a[href]") ?? [])].map((link) => new URL(link.href).searchParams.get("id"));
  }, kind);
const filled = (page, kind) => eventually(async () => (await ids(page, kind)).length > 0, `the shelf ${kind} is filled`);

/* All of a page at once: shelves ask when they are nearly seen. */
async function scrollDown(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo(0, y);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    scrollTo(0, 0);
  });
}

async function look(page, name) {
  await scrollDown(page);
  if (process.env.SMARTSHELF_SCREENSHOTS) await page.waitForLoadState("networkidle");
  await screenshot(page, name, { fullPage: true });
  assert.deepEqual(await violations(page), []);
}

/* The pointer leaves at the top; gives the offers that are shown, with their codes. */
async function leave(page, name) {
  await page.mouse.move(300, 300);
  await page.evaluate(() => document.dispatchEvent(new MouseEvent("mouseout", { clientY: -1, relatedTarget: null, bubbles: true })));
  const dialog = page.locator("smart-popup dialog");
  await dialog.waitFor();
  await screenshot(page, name);
  assert.deepEqual(await violations(page), []);
  return dialog.locator("input").evaluateAll((fields) => fields.map((field) => field.value));
}

async function closePopup(page) {
  await page.keyboard.press("Escape");
  await page.locator("smart-popup dialog").waitFor({ state: "detached" });
  await page.evaluate(() => document.dispatchEvent(new MouseEvent("mouseout", { clientY: -1, relatedTarget: null, bubbles: true })));
  await page.waitForTimeout(150);
  assert.equal(await page.locator("smart-popup dialog").count(), 0, "once for a page");
}

const money = (text) => Math.round(Number(text.replace(/[^\d.]/g, "")) * 100);

async function visitHome(page, name) {
  await page.goto(server.url); // leads to the shop
  assert.equal(new URL(page.url()).pathname, "/shop/");
  await filled(page, "for_you");
  await page.locator("#categories a").first().waitFor();
  await look(page, `shop-home-${name}`);
  for (const kind of ["for_you", "popular", "new_arrivals"]) await filled(page, kind); // to a stranger, what is trending is picked
  assert.equal((await leave(page, `shop-popup-home-${name}`)).every((code) => /^\w{4}(-\w{4}){3}$/.test(code)), true);
  await closePopup(page);
}

/* From a department to a product of it. */
async function visitCategory(page, name) {
  await page.locator("#categories a").first().click();
  await page.locator("#products a").first().waitFor();
  await look(page, `shop-category-${name}`);
  await isSquare(page.locator("#products img").first());
  await page.locator("#products a").first().click();
}

/* A drawn picture is shown whole. */
async function isSquare(picture) {
  const { width, height } = await picture.boundingBox();
  assert.ok(Math.abs(width - height) < 2, `${width} by ${height}`);
}

async function visitProduct(page, name) {
  await page.locator("#picture img").waitFor();
  await look(page, `shop-product-${name}`);
  await filled(page, "related");
  const codes = await leave(page, `shop-popup-product-${name}`);
  assert.ok(codes.length > 0, "a lightning promotion has a code");
  await closePopup(page);
  await page.locator("#add").click();
  await eventually(() => page.locator("#added").textContent(), "it is in the cart");
}

/* The popup's code is redeemed by the order. */
async function visitCart(page, name) {
  await page.locator(".to-cart").click();
  await page.locator("#lines img").first().waitFor();
  await filled(page, "cart");
  await look(page, `shop-cart-${name}`);
  const total = money(await page.locator("#total").textContent());
  const codes = await leave(page, `shop-popup-cart-${name}`);
  await page.locator("smart-popup").getByRole("button", { name: "Copy" }).first().click();
  await eventually(async () => codes.includes(await page.locator("#code").inputValue()), "the code is in its field");
  await eventually(() => page.locator("#saving-row").isVisible(), "what it brings is shown");
  const toPay = money(await page.locator("#to-pay").textContent());
  await page.keyboard.press("Escape");
  await page.locator("#checkout").click();
  await page.locator("#saved").waitFor();
  await look(page, `shop-order-${name}`);
  const saved = money(await page.locator("#saved b").textContent());
  const paid = money(await page.locator("#confirmation .row:last-child b").textContent());
  assert.ok(saved > 0 && paid === total - saved, `${saved} of ${total} saved, ${paid} paid`);
  assert.equal(toPay, paid, "the cart has said what there is to pay");
  assert.equal(await page.locator("#cart-count").textContent(), "0");
}

async function walk(name, viewport) {
  const page = await openPage(browser, { viewport, reducedMotion: "reduce" }); // axe-core looks at once, at colours that do not move
  await visitHome(page, name);
  await visitCategory(page, name);
  await visitProduct(page, name);
  await visitCart(page, name);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

test("a visitor walks through the shop at a desk, is offered something on three pages, and orders with a code", () => walk("desk", DESK));
test("and on a phone", () => walk("phone", PHONE));

test("between phone and desk three products and more stand side by side; an empty cart says so, and has nothing to order", async () => {
  const page = await openPage(browser, { viewport: { width: 768, height: 1024 } });
  await page.goto(`${server.url}/shop/cart`);
  await page.getByRole("link", { name: "Look around" }).click();
  await page.locator("#categories a").first().click();
  await page.locator("#products a").nth(2).waitFor();
  const places = await page.locator("#products a").evaluateAll((all) => all.slice(0, 3).map((one) => one.getBoundingClientRect().top));
  assert.deepEqual(places, Array(3).fill(places[0]));
  await page.goBack();
  await page.goBack();
  await page.getByText("There is nothing in it yet.").waitFor();
  assert.deepEqual([await page.locator("#summary").isVisible(), await page.locator(".shelf").isVisible()], [false, false]);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("an answer that is cut off is an error, and none for who leaves the page", async () => {
  const page = await openPage(browser);
  const thrown = () => page.complaints.filter((complaint) => complaint.startsWith("thrown"));
  const cut = { status: 200, contentType: "application/json", body: '{"items": [' };
  await page.route("**/shop/v1/popular?limit=6", (route) => route.fulfill(cut));
  await page.goto(`${server.url}/shop/`);
  await eventually(() => thrown().length > 0);
  page.complaints.length = 0;
  await page.route("**/shop/v1/popular?limit=6", async (route) => {
    await page.waitForLoadState();
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await route.fulfill(cut);
  });
  await Promise.all([page.waitForResponse("**/shop/v1/popular?limit=6"), page.reload()]);
  await page.waitForTimeout(200);
  assert.deepEqual(thrown(), []);
  await page.context().close();
});

test("whose browser blocks events buys all the same", async () => {
  const page = await openPage(browser);
  await page.route("**/v1/event*", (route) => route.abort());
  await page.goto(`${server.url}/shop/`);
  await filled(page, "for_you");
  const [id] = await ids(page, "for_you");
  await page.goto(`${server.url}/shop/product?id=${id}`);
  await page.locator("#add").click();
  await eventually(async () => (await page.locator("#cart-count").textContent()) === "1", "it is in the cart");
  await page.goto(`${server.url}/shop/cart`);
  await page.locator("#lines input").fill("2");
  await page.locator("#lines input").blur();
  const other = await page.context().newPage();
  await other.goto(`${server.url}/shop/cart`);
  await other.locator("#lines input").waitFor();
  await page.locator("#checkout").dblclick();
  await page.locator("#confirmation .row").first().waitFor();
  await eventually(() => other.locator("#checkout").isDisabled(), "the cart in the other tab is empty too");
  assert.equal(await page.locator("#cart-count").textContent(), "0");
  assert.ok(page.complaints.every((complaint) => complaint.includes("/v1/event")), page.complaints.join("\n"));
  await page.context().close();
});

/* As the shop's back office would. */
const keep = (change) => fetch(`${server.url}/shop/keeper`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change) });

/* The order is refused in these words, and nothing is ordered. */
async function refused(page, words) {
  await page.locator("#checkout").click();
  await eventually(async () => words.test(await page.locator("#wrong").innerText()), `the cart says ${words}`);
  await eventually(() => page.locator("#checkout").isEnabled(), "it can be tried again");
  assert.equal(new URL(page.url()).pathname, "/shop/cart");
}

test("what stands in the way of an order is named", async () => {
  const page = await openPage(browser);
  const [one, other] = (await (await fetch(`${server.url}/shop/v1/find?text=mug&limit=2&fields=name`)).json()).items;
  await page.goto(`${server.url}/shop/cart`);
  const lines = [one, other].map(({ item_id }) => ({ item_id, quantity: 2 }));
  await page.evaluate((lines) => (localStorage["shop.cart"] = JSON.stringify(lines)), lines);
  await page.reload();
  await page.locator("#lines input").first().waitFor();
  await keep({ item_id: one.item_id, stock: 1 });
  await keep({ item_id: other.item_id, price: 123, stock: 9 });
  const escaped = (text) => text.replace(/[^\w ]/g, "\\$&");
  await refused(page, new RegExp(`${escaped(one.name)}: there is only 1 left\\.\\s+${escaped(other.name)} costs £1\\.23 now, not £\\d+\\.\\d\\d\\.`));
  await screenshot(page, "shop-refused", { fullPage: true });
  assert.deepEqual(await violations(page), []);
  await keep({ item_id: one.item_id, stock: 0 });
  await refused(page, new RegExp(`^${escaped(one.name)} has sold out meanwhile\\.$`)); // at the new price of the other, which the page shows now
  await keep({ item_id: one.item_id, clear: ["stock"], hidden: true });
  await refused(page, new RegExp(`^${escaped(one.name)} is no longer in the shop\\.$`));
  await page.getByRole("button", { name: `Remove ${one.name}` }).or(page.getByRole("button", { name: `Remove ${one.item_id}` })).click();
  await page.locator("#code").fill("0000-0000-0000-0000");
  await refused(page, /The code was not taken: there is no such code\. Nothing is ordered yet/);
  await page.locator("#code").fill("");
  await page.locator("#checkout").click();
  await page.locator("#confirmation .row").first().waitFor();
  await keep({ item_id: one.item_id, clear: ["hidden"] });
  await keep({ item_id: other.item_id, clear: ["price", "stock"] });
  assert.ok(page.complaints.every((complaint) => complaint.includes("409")), page.complaints.join("\n"));
  await page.context().close();
});

test("pictures that do not load leave nothing that looks broken", async () => {
  const page = await openPage(browser, { viewport: DESK });
  await page.route("**/shop/picture?*", (route) => route.fulfill({ status: 503 }));
  const sights = () => page.locator("img").evaluateAll((all) => all.filter(({ loading, complete }) => complete || loading !== "lazy").map((one) => getComputedStyle(one).visibility));
  const visit = async (address, place) => {
    await page.goto(address);
    await page.locator(place).first().waitFor({ state: "attached" });
    await scrollDown(page);
    await eventually(async () => (await sights()).length > 0 && (await sights()).every((sight) => sight === "hidden"), `no picture of ${address} is seen`);
  };
  await visit(`${server.url}/shop/`, "#hero img");
  await filled(page, "popular");
  await eventually(() => page.locator('smart-shelf[kind="popular"] i').first().innerText(), "its products have initials");
  await screenshot(page, "shop-no-pictures", { fullPage: true });
  await visit(`${server.url}/shop/category`, "#products img");
  await visit(await page.locator("#products a").first().evaluate(({ href }) => href), "#picture img");
});

test("an address without a product says so", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/shop/product`);
  await eventually(async () => (await page.locator("#name").textContent()) === "This product is not in the shop");
  assert.ok(await page.locator("#add").isDisabled());
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("what is sold out is in no next view, a new price is, and the catalogue comes back", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/shop/`);
  await filled(page, "for_you");
  await scrollDown(page);
  await filled(page, "popular");
  const [id] = await ids(page, "popular");
  await page.goto(`${server.url}/shop/product?id=${id}`);
  await page.locator("#keeper summary").click();
  const before = await page.locator("#price").textContent();
  await page.locator("[name=price]").fill((money(before) / 200).toFixed(2));
  await page.getByRole("button", { name: "Change it" }).click();
  await eventually(async () => (await page.locator("#before").isVisible()) && (await page.locator("#before").textContent()) === before, "the price before stands beside the new one");
  assert.equal(money(await page.locator("#price").textContent()), Math.round(money(before) / 2));
  await screenshot(page, "shop-keeper", { fullPage: true });
  assert.deepEqual(await violations(page), []);
  await page.locator("#sold-out").click();
  await eventually(async () => (await page.locator("#stock").textContent()) === "Sold out");
  assert.ok(await page.locator("#add").isDisabled());
  await page.goto(`${server.url}/shop/`);
  await scrollDown(page);
  await filled(page, "popular");
  assert.ok(!(await ids(page, "popular")).includes(id), "it is on no shelf");
  await page.goto(`${server.url}/shop/product?id=${id}`);
  await page.locator("#keeper summary").click();
  await page.locator("#clear").click();
  await eventually(async () => (await page.locator("#price").textContent()) === before);
  assert.deepEqual(page.complaints, []);
});

test("a search finds by parts of names; who comes decides what is shown; nobody's names become markup", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.url}/shop/`, { waitUntil: "networkidle" }); // leaving earlier ends what it asks
  await page.locator("[name=q]").fill("MUG");
  await page.keyboard.press("Enter");
  await page.locator("#products a").first().waitFor();
  assert.ok((await page.locator("#products bdi").allTextContents()).every((name) => /mug/i.test(name)));
  await page.goto(`${server.url}/shop/search?q=${encodeURIComponent("<img src=x onerror=alert(1)>")}`);
  await eventually(() => page.locator("#count").textContent());
  assert.equal(await page.locator("h1").textContent(), "Search: <img src=x onerror=alert(1)>");
  await page.goto(`${server.url}/shop/`, { waitUntil: "networkidle" });
  await page.locator("#who").selectOption("1");
  await page.waitForFunction(() => document.querySelector("#who")?.value === "1" && document.querySelector('smart-shelf[kind="buy_again"]'));
  await filled(page, "for_you");
  await page.locator("smart-shelf[kind=trending]").waitFor({ state: "attached" }); // asks when it is nearly seen
  await look(page, "shop-home-customer");
  assert.deepEqual(page.complaints, []);
});
