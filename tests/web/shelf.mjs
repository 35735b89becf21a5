/* <smart-shelf> in pages with a strict content security policy, before a stand-in for the server: mouse, keys, touch, right to left, zoom, fallbacks, what is told, what is hostile. */
import { DESK, PHONE, assert, eventually, openBrowser, pageSecond, screenshot, test, violations } from "./support.mjs";
import { pageOf, pagesOf, products, shelfOf, startShop } from "./support_shop.mjs";

const browser = await openBrowser();
const shop = await startShop();
const pages = pagesOf(browser);
const SHELF = '<smart-shelf kind="related" item-id="p-1" heading="Goes well with this" currency="EUR"></smart-shelf>';

/* A page with `body`, opened; `answers` and `options` as of the shop and of openPage. */
async function open(body = SHELF, { answers = {}, options, page: html, ready = "smart-shelf [href]" } = {}) {
  Object.assign(shop, { answers: { related: shelfOf(products(10)), ...answers }, asked: [], pages: { "/": pageOf(body, html) } });
  const page = await pages.take(options);
  await page.goto(`${shop.url}/`);
  if (ready) await page.waitForSelector(ready);
  return page;
}

const done = (page, expected) => pages.give(page, expected);

const inShelf = (page, act, value) =>
  page.evaluate(
    ([body, given]) => new Function("root", "given", `return (${body})(root, given)`)(document.querySelector("smart-shelf").shadowRoot, given),
    [String(act), value],
  );
const scrolled = (page) => inShelf(page, (root) => Math.abs(root.querySelector("ul").scrollLeft));
const focused = (page) => inShelf(page, (root) => [...root.querySelectorAll("a")].indexOf(root.activeElement));
const names = (page) => inShelf(page, (root) => [...root.querySelectorAll("span")].map((name) => name.textContent));

test("asks for what its attributes say, and shows it as a named list of links with prices", async () => {
  const body = SHELF.replace(
    "<smart-shelf",
    '<smart-shelf key="pk_1" limit="10" customer-token="t-1" session-id="s-1" category="Lamps" cart=\'["a", {"item_id": "b", "quantity": 2}]\'',
  );
  const page = await open(body, { answers: { related: shelfOf(products(10, (i) => (i === 1 ? { lowest_price_30d: 1660 } : {}))) } });
  const { params, key } = shop.asked[0];
  assert.deepEqual(params, { ...params, item_id: "p-1", limit: "10", session_id: "s-1", customer_token: "t-1", "filter.category": "Lamps" });
  assert.equal(key, "pk_1");
  assert.equal(shop.asked.length, 1);
  const region = page.getByRole("region", { name: "Goes well with this" });
  assert.equal(await region.getByRole("listitem").count(), 10);
  assert.match(await region.getByRole("link").first().innerText(), /Glass lantern\s+€9\.95/);
  assert.match(
    await region.getByRole("link").nth(1).innerText(),
    /-25%\s+Oak chopping board\s+€12\.45\s*€16\.60\s+Lowest in 30 days: \u2068€16\.60\u2069/,
  );
  assert.equal(await region.getByRole("link").first().getAttribute("href"), `${shop.url}/product/item-0`);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-desk");
  await done(page);
});

test("by mouse: the buttons turn pages, are off at the ends, and are not there where all is seen", async () => {
  const page = await open(SHELF.replace("<smart-shelf", '<smart-shelf limit="10"'));
  const [back, on] = [page.getByRole("button", { name: "Previous" }), page.getByRole("button", { name: "Next" })];
  assert.equal(await back.getAttribute("aria-disabled"), "true");
  await on.click();
  await eventually(async () => (await scrolled(page)) > 500 && (await on.getAttribute("aria-disabled")) === "true", "the end is reached");
  assert.equal(await page.getByRole("status").innerText(), "5–10 / 10", "where that is is said");
  await back.click();
  await eventually(async () => (await scrolled(page)) === 0 && (await back.getAttribute("aria-disabled")) === "true", "the beginning is reached");
  assert.equal(await page.getByRole("status").innerText(), "1–6 / 10");
  shop.answers.related = shelfOf(products(3));
  await page.evaluate(() => document.querySelector("smart-shelf").setAttribute("item-id", "p-2"));
  await eventually(async () => (await names(page)).length === 3 && !(await on.isVisible()));
  await done(page);
});

test("by keys: every product by Tab, which brings it into view; arrows scroll; Enter follows the link", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Next" }).focus();
  for (let place = 0; place < 10; place++) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), place);
  }
  await eventually(async () => (await scrolled(page)) > 300, "the last product is in view");
  await page.keyboard.press("ArrowLeft");
  await eventually(async () => (await scrolled(page)) < 700, "arrows scroll");
  await page.keyboard.press("Home");
  assert.equal(await focused(page), 0);
  await eventually(async () => (await scrolled(page)) === 0, "Home brings the first into view");
  await page.keyboard.press("End");
  assert.equal(await focused(page), 9);
  await eventually(async () => (await scrolled(page)) > 300, "End the last");
  assert.equal(await page.evaluate(() => scrollY), 0, "and the page stays");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), 8);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/product/item-8");
  await done(page);
});

test("by touch: swiping scrolls and comes to rest at a product; on a phone nothing sticks out", async () => {
  const page = await open(SHELF, { options: { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } });
  const box = await page.locator("smart-shelf").boundingBox();
  const client = await page.context().newCDPSession(page);
  const touch = (type, ...at) => client.send("Input.dispatchTouchEvent", { type, touchPoints: at.map((x) => ({ x, y: box.y + 120 })) });
  await touch("touchStart", 350);
  for (let x = 340; x > 50; x -= 10) await touch("touchMove", x);
  await touch("touchEnd");
  await eventually(async () => {
    const at = await inShelf(page, (root) =>
      [...root.querySelectorAll("li")].map((li) => li.getBoundingClientRect().left - root.querySelector("ul").getBoundingClientRect().left),
    );
    return (await scrolled(page)) > 100 && at.some((left) => Math.abs(left) < 3);
  }, "a product stands at the edge");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-phone");
  await done(page);
});

test("right to left: it begins at the right, and its buttons go the other way", async () => {
  const page = await open(SHELF, { page: { lang: "ar", dir: "rtl" } });
  const [first, second] = await inShelf(page, (root) => [...root.querySelectorAll("li")].slice(0, 2).map((li) => li.getBoundingClientRect().left));
  assert.ok(first > second);
  await page.getByRole("button", { name: "التالي" }).click();
  await eventually(async () => (await inShelf(page, (root) => root.querySelector("ul").scrollLeft)) < -300);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-arabic");
  await done(page);
});

test("at 200 per cent, in the dark and with little motion", async () => {
  const page = await open(SHELF, {
    options: { viewport: { width: DESK.width / 2, height: DESK.height / 2 }, deviceScaleFactor: 2, colorScheme: "dark", reducedMotion: "reduce" },
  });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), DESK.width / 2);
  assert.equal(await inShelf(page, (root) => getComputedStyle(root.querySelector("ul")).scrollBehavior), "auto");
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-zoomed-dark");
  await done(page);
});

test("takes its place before it is there: nothing moves", async () => {
  let give;
  const page = await open(`${SHELF}<p>Below</p>`, {
    answers: { related: () => new Promise((answer) => (give = answer)) },
    ready: "smart-shelf [aria-busy=true] li",
  });
  await screenshot(page, "shelf-waiting");
  await page.waitForTimeout(300);
  await eventually(() => give);
  give(shelfOf(products(10, () => ({ lowest_price_30d: 99999 }))));
  await page.waitForSelector("smart-shelf [href]");
  const shifts = await page.evaluate(
    () =>
      new Promise(
        (told) =>
          new PerformanceObserver((list) => told(list.getEntries().map(({ value }) => value))).observe({ type: "layout-shift", buffered: true }) ??
          setTimeout(told, 500, []),
      ),
  );
  assert.deepEqual(shifts, []);
  await done(page);
});

test("shelves of one page are one question, in their order, and what is told names the shelf", async () => {
  const kinds = ["bought_together", "related", "popular"];
  const page = await open(
    kinds.map((kind) => SHELF.replace("related", kind)).join("") + SHELF.replace("p-1", "p-2"),
    {
      answers: {
        page: ({ shelves }) => ({
          ...shelfOf([]),
          shelves: shelves.split(",").map((asked, i) => ({ shelf: asked.split(":")[0], items: products(2 + i, (at) => ({ item_id: `${i}-${at}` })), short: null })),
        }),
      },
    },
  );
  const { params } = shop.asked.find(({ method }) => method === "page");
  assert.deepEqual([params.shelves, params.item_id], ["bought_together:8,related:8,popular:8", "p-1"]);
  assert.deepEqual(shop.asked.map(({ method, params: { item_id } }) => [method, item_id]).sort(), [
    ["page", "p-1"],
    ["related", "p-2"],
  ]);
  await eventually(async () => (await page.locator("smart-shelf [href]").count()) === 2 + 3 + 4 + 10);
  await page.evaluate(() => addEventListener("click", (event) => event.preventDefault()));
  await page.locator("smart-shelf").nth(1).getByRole("link").nth(2).click();
  await eventually(() => shop.events().length > 0);
  const { event, item_id, shelf, generation } = shop.events().at(-1);
  assert.deepEqual([event, item_id, shelf, generation], ["click", "1-2", "related", "20260101T000000.000Z"]);
  await done(page);
});

test("a mistake in one shelf of a page is its own: the others ask each for itself", async () => {
  const page = await open(["nonsense", "related"].map((kind) => SHELF.replace("related", kind)).join(""), { answers: { page: 400, nonsense: 404 } });
  assert.equal(await page.locator("smart-shelf").nth(1).getByRole("listitem").count(), 10);
  await page.locator("smart-shelf[hidden]").waitFor({ state: "attached" });
  assert.deepEqual(shop.asked.map(({ method }) => method).sort(), ["nonsense", "page", "related"]);
  await done(page, [/40[04]/]);
});

test("a shelf that is taken out, or asks for something else, before it asked is no part of the question", async () => {
  const page = await open(SHELF);
  shop.asked.length = 0;
  await page.evaluate(() => {
    const main = document.querySelector("main");
    const shelf = document.querySelector("smart-shelf");
    const [other, gone] = [shelf.cloneNode(), shelf.cloneNode()];
    main.append(other, gone);
    gone.remove();
    shelf.setAttribute("item-id", "p-2");
    shelf.setAttribute("item-id", "p-1");
    shelf.setAttribute("kind", "popular");
  });
  await eventually(() => shop.asked.length > 0);
  await page.waitForTimeout(200);
  assert.deepEqual(
    shop.asked.map(({ method, params }) => [method, params.shelves]),
    [["page", "related:8,popular:8"]],
  );
  await done(page);
});

test("goes by its attributes as they are: the last answer counts, whichever comes last", async () => {
  let give;
  const slow = () => new Promise((answer) => (give = answer));
  const page = await open(SHELF, {
    answers: { related: ({ item_id }) => (item_id === "slow" ? slow() : shelfOf(products(item_id === "p-2" ? 5 : 10))) },
  });
  await page.evaluate(() => document.querySelector("smart-shelf").setAttribute("item-id", "slow"));
  await eventually(() => shop.asked.length === 2);
  await page.evaluate(() => document.querySelector("smart-shelf").setAttribute("item-id", "p-2"));
  await eventually(async () => (await names(page)).length === 5);
  give(shelfOf(products(3)));
  await page.waitForTimeout(200);
  assert.equal((await names(page)).length, 5);
  await done(page);
});

test("hides when nothing is to be shown, or less than `min`", async () => {
  const page = await open(SHELF, { answers: { related: shelfOf([]) }, ready: null });
  await page.waitForSelector("smart-shelf[hidden]", { state: "attached" });
  shop.answers.related = shelfOf(products(2));
  await page.evaluate(() => {
    document.querySelector("smart-shelf").setAttribute("min", "3");
    document.querySelector("smart-shelf").setAttribute("item-id", "p-2");
  });
  await eventually(() => shop.asked.length === 2);
  await page.waitForSelector("smart-shelf[hidden]", { state: "attached" });
  await done(page);
});

for (const [what, answer] of [
  ["an error", 503],
  ["a time-out", () => new Promise(() => {})],
  ["nonsense", { items: 7 }],
]) {
  test(`falls back on ${what}: to what stands between its tags, or it hides`, async () => {
    const late = SHELF.replace("<smart-shelf", '<smart-shelf timeout="300"');
    const options = { answers: { related: answer }, ready: null };
    let page = await open(late.replace("></", '><a href="/product/best">Our best</a></'), options);
    await page.getByRole("link", { name: "Our best" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.waitForTimeout(1200);
    await page.goto(`${shop.url}/product/x`);
    assert.deepEqual(shop.events(), [], "of a list of the page's own nothing is told");
    await done(page, [/503/]);
    page = await open(late, options);
    await page.waitForSelector("smart-shelf[hidden]", { state: "attached" });
    await done(page, [/503/]);
  });
}

test("tells what was half visible for a second, once, when the page is left; and clicks at once", async () => {
  const page = await open(SHELF, { options: { viewport: { width: 800, height: 900 } } });
  const visible = await inShelf(
    page,
    (root) =>
      [...root.querySelectorAll("li")].filter(
        (li) => li.getBoundingClientRect().left + li.offsetWidth / 2 < root.querySelector("ul").getBoundingClientRect().right,
      ).length,
  );
  await pageSecond(page);
  assert.deepEqual(shop.events(), []);
  await page.evaluate(() => addEventListener("click", (event) => event.preventDefault(), { once: true }));
  await page.getByRole("link").nth(1).click();
  await eventually(() => shop.events().some(({ event }) => event === "click"), "the click is told");
  const seen = shop
    .events()
    .filter(({ event }) => event === "impression")
    .map(({ item_id }) => item_id);
  assert.deepEqual(
    seen,
    products(visible).map(({ item_id }) => item_id),
  );
  assert.deepEqual(shop.events().at(-1), {
    event: "click",
    item_id: "item-1",
    shelf: "related",
    generation: "20260101T000000.000Z",
    session_id: shop.events()[0].session_id,
  });
  assert.match(shop.asked.at(-1).type, /^text\/plain/);
  assert.equal(page.url(), `${shop.url}/`, "a listener of the page kept it");
  await page.goto(`${shop.url}/product/x`);
  await page.waitForTimeout(200);
  assert.equal(shop.events().length, visible + 1);
  await done(page);
});

test("a second in a hidden tab is no impression, the next one that is seen is", async () => {
  const page = await open();
  const told = (type) => shop.events().filter(({ event }) => event === type).length;
  const flush = async () => {
    const views = told("view");
    await page.evaluate(() => document.querySelector("smart-shelf").tell({ event: "view", item_id: "seen" }, true));
    await eventually(() => told("view") > views);
    return told("impression");
  };
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
  const before = await flush(); // none, but on a busy machine
  await page.waitForTimeout(2300);
  assert.equal(await flush(), before);
  await page.evaluate(() => delete document.hidden);
  await eventually(async () => (await flush()) > 0, "what is seen at last is told");
  await done(page);
});

test("a product that is opened in another tab is a click", async () => {
  const page = await open();
  await page.getByRole("link").nth(1).click({ button: "right" });
  const [other] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link").nth(2).click({ button: "middle" })]);
  const clicks = () => shop.events().filter(({ event }) => event === "click");
  await eventually(() => clicks().length > 0);
  assert.deepEqual(
    clicks().map(({ item_id }) => item_id),
    ["item-2"],
  );
  await other.close();
  await done(page);
});

test("a beacon is of one session and of no more events than a public key may tell", async () => {
  const page = await open("<p>Something to read</p>".repeat(60) + SHELF); // out of sight: no impressions beside
  await page.evaluate(() => {
    const shelf = document.querySelector("smart-shelf");
    for (let i = 0; i < 60; i++) shelf.tell({ event: "view", item_id: `seen-${i}` });
    shelf.setAttribute("session-id", "another");
    shelf.tell({ event: "view", item_id: "seen-60" }, true);
  });
  await eventually(() => shop.events().length === 61);
  const beacons = shop.asked.filter(({ method }) => method === "event").map(({ params }) => params.events);
  assert.deepEqual(beacons.map(({ length }) => length).sort((a, b) => a - b), [1, 19, 41]);
  for (const events of beacons) assert.equal(new Set(events.map(({ session_id }) => session_id)).size, 1);
  await done(page);
});

test("without consent it asks as a stranger, stores nothing and tells nothing", async () => {
  const page = await open(SHELF.replace("<smart-shelf", '<smart-shelf consent="none"'));
  assert.ok(!("session_id" in shop.asked[0].params));
  await page.waitForTimeout(1200);
  await page.getByRole("link").first().click();
  await page.waitForURL("**/product/item-0");
  assert.equal(shop.asked.length, 1);
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length + document.cookie.length), 0);
  await done(page);
});

test("a hostile catalogue stays text: nothing runs, nothing is loaded, nothing breaks the page", async () => {
  const tricks = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "\"'><svg onload=alert(3)>",
    "</style></bdi></a>{}${alert(4)}`",
    "\u202eetalocohc\u202c \u2066\u2067turned\u0007\u0000",
    "x".repeat(10000),
    "Ž̶̛͔̥".repeat(80),
    "مصباح زجاجي 12",
  ];
  const addresses = [
    "javascript:alert(5)",
    "data:text/html,<script>alert(6)</script>",
    " JaVaScRiPt:alert(7)",
    "//[broken",
    "vbscript:x",
    "\u0000javascript:alert(8)",
    "/product/ok?<b>",
  ];
  const items = products(tricks.length, (i) => ({
    item_id: `${tricks[i]}`.slice(0, 200),
    name: tricks[i],
    url: addresses[i],
    image: addresses[i],
    price: [0, -5, "1", null, 9e15, 1, 2][i],
    reason: { model: "related", because_name: tricks[i] },
  }));
  const page = await open(SHELF, { answers: { related: shelfOf(items) } });
  const alerts = [];
  page.on("dialog", (dialog) => (alerts.push(dialog.message()), dialog.dismiss()));
  await page.waitForTimeout(200);
  assert.deepEqual(alerts, []);
  const shown = await inShelf(page, (root) => ({
    tags: [...new Set([...root.querySelectorAll("li *")].map(({ localName }) => localName))].sort(),
    links: [...root.querySelectorAll("a[href]")].map(({ href }) => href),
    longest: Math.max(...[...root.querySelectorAll("span")].map(({ textContent }) => textContent.length)),
    heights: [...new Set([...root.querySelectorAll("li")].map(({ offsetHeight }) => offsetHeight))],
  }));
  assert.ok(
    shown.tags.every((tag) => ["a", "b", "figure", "i", "img", "small", "span"].includes(tag)),
    String(shown.tags),
  );
  assert.deepEqual(shown.links, [`${shop.url}/product/ok?%3Cb%3E`]);
  assert.ok(shown.longest <= 400);
  assert.equal(shown.heights.length, 1, "no name makes its product higher");
  assert.equal((await names(page))[0], tricks[0]);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-hostile");
  await done(page, [/404/]);
});

test("a picture that does not load, or is not there, leaves the product's initial in its place", async () => {
  const pictures = ["/gone/1.jpg", undefined, "/picture/7.svg", "/gone/2.jpg", undefined];
  const items = products(5, (i) => ({ image: pictures[i], ...(i === 1 && { name: "« 12 öltés »" }), ...(i === 3 && { name: "…" }), ...(i === 4 && { name: undefined }) }));
  const page = await open(SHELF, { answers: { related: shelfOf(items) } });
  const drawn = () => inShelf(page, (root) => [...root.querySelectorAll("figure")].map((figure) => figure.querySelector("img")?.src ?? figure.querySelector("i[aria-hidden=true]").textContent));
  await eventually(async () => (await drawn()).join() === `G,1,${shop.url}/picture/7.svg,,i`, "initials in the place of what is gone");
  const sizes = await inShelf(page, (root) => [...root.querySelectorAll("figure")].map(({ offsetWidth, offsetHeight }) => `${offsetWidth}x${offsetHeight}`));
  assert.equal(new Set(sizes).size, 1, "a picture's place stays as it is");
  assert.match(await page.getByRole("link").first().innerText(), /Glass lantern/);
  assert.equal(await page.getByRole("link", { name: /^Glass lantern/ }).count(), 1, "it is not read out");
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "shelf-initials");
  await done(page, [/404/]);
});

test("put into a page and taken out a hundred times, it listens and asks once", async () => {
  const page = await open();
  const before = shop.asked.length;
  await page.evaluate(async () => {
    const shelf = document.querySelector("smart-shelf");
    for (let i = 0; i < 100; i++) {
      shelf.remove();
      document.querySelector("main").append(shelf);
    }
  });
  await eventually(() => shop.asked.length === before + 1);
  const client = await page.context().newCDPSession(page);
  const listeners = async () => (await client.send("HeapProfiler.collectGarbage"), (await client.send("Memory.getDOMCounters")).jsEventListeners);
  await page.waitForSelector("smart-shelf [href]");
  const few = await listeners();
  await page.evaluate(() => {
    for (let i = 0; i < 300; i++) {
      const shelf = document.createElement("smart-shelf");
      document.querySelector("main").append(shelf);
      shelf.remove();
    }
  });
  await eventually(async () => (await listeners()) <= few, "the listeners of shelves that are gone are gone");
  await done(page);
});

test("every language has every text, with the same places", async () => {
  const { textOf } = await import("../../recsys/web/smart-texts.js");
  const keys = "previous next heading lowest title cart free_shipping cashback points gift copy expired close".split(" ");
  const places = (lang) => keys.map((key) => [key, textOf(lang, key).trim() && textOf(lang, key).split("{}").length]);
  for (const lang of ["es", "pt-BR", "de", "fr", "el", "hu", "ar", "zh-Hant-TW"]) {
    assert.notEqual(textOf(lang, "next"), textOf("en", "next"));
    assert.deepEqual(places(lang), places("en"), lang);
  }
});

test("speaks the language of its page, or the one it is told", async () => {
  const page = await open(SHELF);
  for (const [lang, next, price] of [
    ["es", "Siguientes", "9,95 €"],
    ["pt", "Seguintes", "€ 9,95"],
    ["de", "Weiter", "9,95 €"],
    ["fr", "Suivants", "9,95 €"],
    ["el", "Επόμενα", "9,95 €"],
    ["hu", "Következő", "9,95 EUR"],
    ["zh", "下一组", "€9.95"],
    ["pl", "Next", "9,95 €"],
    ["en_US", "Next", "€9.95"],
  ]) {
    await page.evaluate((value) => document.querySelector("smart-shelf").setAttribute("locale", value), lang);
    await page.waitForSelector("smart-shelf [href]");
    assert.equal(await page.getByRole("button").last().getAttribute("aria-label"), next, lang);
    assert.equal((await inShelf(page, (root) => root.querySelector("b").textContent)).replaceAll("\u00a0", " "), price, lang);
  }
  await done(page);
});
