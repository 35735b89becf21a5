/* <smart-popup> in pages with a strict content security policy, before a stand-in for the server: when it asks, what it shows, how it ends, what it tells. */
import { PHONE, assert, eventually, openBrowser, pageSecond, screenshot, test, violations } from "./support.mjs";
import { decisionOf, pageOf, pagesOf, startShop } from "./support_shop.mjs";

const browser = await openBrowser();
const shop = await startShop();
const pages = pagesOf(browser);
const POPUP = '<smart-popup page="product" item-id="p-1" currency="EUR"></smart-popup>';
const TOUCH = { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const DAY_US = 86400e6;

async function open(body = POPUP, { offers = () => decisionOf(), options, page: html, headers = {} } = {}) {
  const filled = `<p><a href="#here" id="here">A link of the page</a></p>${body}${"<p>Something to read</p>".repeat(60)}`;
  Object.assign(shop, { answers: { offers }, asked: [], headers, pages: { "/": pageOf("<p>Before</p>"), "/shop": pageOf(filled, html) } });
  const page = await pages.take(options);
  await page.goto(`${shop.url}/shop`);
  await page.waitForFunction(() => customElements.get("smart-popup"));
  return page;
}

const done = (page, expected) => pages.give(page, expected);

/* The mouse leaves the page at its top. */
async function leave(page) {
  await page.mouse.move(300, 40);
  await page.evaluate(() =>
    document.documentElement.dispatchEvent(new MouseEvent("mouseout", { bubbles: true, clientX: 300, clientY: -3, relatedTarget: null })),
  );
}

const decisions = () => shop.asked.filter(({ method }) => method === "offers");
const told = (kind) => shop.events().filter(({ event }) => event === kind);
const dialog = (page) => page.getByRole("dialog");
const shown = (page) => dialog(page).waitFor();
const gone = (page) => dialog(page).waitFor({ state: "detached" });

test("an offer whose picture does not load shows the product's initial", async () => {
  const page = await open(POPUP, { offers: () => decisionOf({}, { image: "/gone.jpg" }) });
  await leave(page);
  await shown(page);
  await eventually(async () => (await dialog(page).locator("i").allTextContents()).join() === "C", "its initial");
  assert.equal(await dialog(page).locator("img").count(), 0);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, "popup-initial");
  await done(page, [/404/]);
});

test("asks when the mouse leaves at the top, shows one dialog, and never again in the session", async () => {
  const page = await open(POPUP.replace("<smart-popup", `<smart-popup key="pk_1" cart='[{"item_id": "a", "quantity": 2}]'`));
  await page.mouse.move(300, 300);
  await page.mouse.move(300, 2);
  assert.equal(decisions().length, 0);
  await leave(page);
  await shown(page);
  assert.equal(await dialog(page).getAttribute("aria-label"), "Before you go …");
  assert.equal(await page.getByRole("dialog", { name: "Before you go …" }).count(), 1);
  const { params, key, type } = decisions()[0];
  assert.deepEqual(params, { ...params, page: "product", item_id: "p-1", cart: [{ item_id: "a", quantity: 2 }] });
  assert.ok(Object.values(params).every((value) => value !== null), "what is not known is left out");
  assert.ok(params.request_id && params.session_id && key === "pk_1" && type.startsWith("text/plain"));
  assert.match(await dialog(page).innerText(), /-10%\s+Cake stand\s+€11\.47\s*€12\.75/);
  assert.equal(await page.getByLabel("Cake stand").inputValue(), "E6KA-9DRS-R6WG-92S1");
  assert.deepEqual(await violations(page), []);
  await page.waitForTimeout(400);
  await screenshot(page, "popup-desk");
  await page.getByRole("button", { name: "No, thanks" }).click();
  await gone(page);
  await leave(page);
  await page.reload();
  await leave(page);
  await page.waitForTimeout(200);
  assert.equal(decisions().length, 1);
  await done(page);
});

test("keeps the keyboard inside, gives it back on Escape, and leaves the page inert meanwhile", async () => {
  const page = await open();
  await page.locator("#here").focus();
  await leave(page);
  await shown(page);
  const inside = () => page.evaluate(() => document.activeElement.localName);
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    assert.ok(["smart-popup", "body"].includes(await inside()), "behind the dialog nothing takes the focus"); // body: the browser's own bars
  }
  await page.keyboard.press("Escape");
  await gone(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "here");
  await done(page);
});

test("tells that it was seen, and that it was dismissed, of which offer", async () => {
  const page = await open();
  await leave(page);
  await shown(page);
  await pageSecond(page);
  await page.keyboard.press("Escape");
  const { session_id } = decisions()[0].params;
  const ours = () => shop.events().filter((event) => event.session_id === session_id); // what the page before has told may still be on its way
  await eventually(() => ours().length === 2);
  assert.deepEqual(
    ours().map(({ event, offer_id }) => [event, offer_id]),
    [
      ["impression", "E6KA9DRS"],
      ["dismiss", "E6KA9DRS"],
    ],
  );
  await done(page);
});

test("the code is copied, which takes the offer up; closing is no dismissal then", async () => {
  const page = await open();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await leave(page);
  await shown(page);
  await page.getByRole("button", { name: "Copy" }).click();
  await eventually(() => told("accept").length === 1);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "E6KA-9DRS-R6WG-92S1");
  await page.keyboard.press("Escape");
  await gone(page);
  await page.waitForTimeout(200);
  assert.equal(told("dismiss").length, 0);
  await done(page);
});

test("counts down by the server's clock, and of what has expired nothing is promised", async () => {
  const behind = -2 * 3600e3; // the visitor's clock is two hours fast
  const now = () => Date.now() + behind;
  const page = await open(POPUP, {
    offers: () => {
      shop.headers.Date = new Date(now()).toUTCString();
      return { ...decisionOf(), expires_at: (now() + 8000) * 1000 };
    },
  });
  await leave(page);
  await shown(page);
  const time = page.getByRole("timer");
  assert.match(await time.innerText(), /^[1-8] sec$/, "in words, for who hears it");
  await eventually(async () => (await time.innerText()) === "Expired");
  assert.equal(await time.getAttribute("aria-live"), "polite", "it is said");
  assert.equal(await page.locator("smart-popup input").count(), 0);
  assert.match(await dialog(page).innerText(), /Cake stand/);
  assert.doesNotMatch(await dialog(page).innerText(), /11\.47|10%/);
  assert.deepEqual(await violations(page), []);
  await done(page);
});

test("what has expired before it arrives is not shown", async () => {
  const page = await open(POPUP, { offers: () => decisionOf({ expires_at: Date.now() * 1000 - DAY_US }) });
  await leave(page);
  await eventually(() => decisions().length === 1);
  await page.waitForTimeout(200);
  assert.equal(await dialog(page).count(), 0);
  await done(page);
});

test("an unanswered question is asked again as the same; an answered one is not, in that view", async () => {
  let answers = [503, () => decisionOf({ show: false, reason: "no_campaign", triggers: null, offers: [] })];
  const page = await open(POPUP, { offers: () => [answers.shift() ?? decisionOf()].map((one) => (typeof one === "function" ? one() : one))[0] });
  for (const count of [1, 2]) await eventually(async () => (await leave(page), decisions().length >= count));
  await page.waitForTimeout(250);
  await leave(page);
  await page.waitForTimeout(250);
  assert.equal(decisions().length, 2);
  assert.equal(decisions()[0].params.request_id, decisions()[1].params.request_id);
  await page.reload();
  await leave(page);
  await shown(page);
  assert.notEqual(decisions()[2].params.request_id, decisions()[1].params.request_id);
  await done(page, [/503/]);
});

const triggersAreKnown = (page) => eventually(() => page.evaluate(() => sessionStorage["smartshelf.triggers"]));

test("the server's triggers hold once they are known", async () => {
  const page = await open(POPUP, {
    offers: () => decisionOf({ show: false, offers: [], triggers: { mouse_out: false, idle_seconds: 0, back_button: false } }),
  });
  await leave(page);
  await triggersAreKnown(page);
  await page.reload();
  await leave(page);
  await page.waitForTimeout(200);
  assert.equal(decisions().length, 1);
  await page.evaluate(() => (sessionStorage["smartshelf.triggers"] = sessionStorage["smartshelf.triggers"].replace('"idle_seconds":0', '"idle_seconds":1')));
  await page.reload();
  await eventually(() => decisions().length === 2, "asks when nothing happens for a second");
  await done(page);
});

test("one page's triggers are not another's: going back from the cart is noticed, though on product pages it is not", async () => {
  const page = await open(POPUP, {
    options: { viewport: PHONE, hasTouch: true, isMobile: true },
    offers: () => decisionOf({ show: false, offers: [], triggers: { mouse_out: true, idle_seconds: 0, back_button: false } }),
  });
  await leave(page);
  await triggersAreKnown(page);
  const stands = () => page.evaluate(() => document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true })) && Boolean(history.state?.smartshelf));
  const goTo = async (kind) => {
    await page.evaluate((value) => document.querySelector("smart-popup").setAttribute("page", value), kind);
    await page.evaluate(() => null); // it begins anew
  };
  await goTo("product");
  assert.equal(await stands(), false);
  await goTo("cart");
  assert.equal(await stands(), true);
  await done(page);
});

test("a day is counted down in hours, minutes and seconds, in the page's language", async () => {
  const page = await open(POPUP, { page: { lang: "de" }, offers: () => decisionOf({ expires_at: (Date.now() + 86390e3) * 1000 }) });
  await leave(page);
  await shown(page);
  assert.match(await page.getByRole("timer").innerText(), /^23 Std. 59 Min. ([1-4]?\d|50) Sek.$/);
  await done(page);
});

test("once on each kind of page, where the page wants that", async () => {
  const page = await open(POPUP.replace("<smart-popup", '<smart-popup once="page"'));
  await leave(page);
  await shown(page);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.querySelector("smart-popup").setAttribute("page", "cart"));
  await leave(page);
  await shown(page);
  assert.deepEqual(
    decisions().map(({ params }) => params.page),
    ["product", "cart"],
  );
  await done(page);
});

test("by touch: going back is noticed once, and the next one goes back", async () => {
  const page = await open(POPUP, { options: TOUCH });
  await page.goto(`${shop.url}/`);
  await page.goto(`${shop.url}/shop`);
  await page.getByText("Something to read").first().tap();
  await page.evaluate(() => history.back());
  await shown(page);
  assert.equal(page.url(), `${shop.url}/shop`);
  await page.waitForTimeout(400);
  await screenshot(page, "popup-phone");
  assert.deepEqual(await violations(page), []);
  const { width } = await dialog(page).boundingBox();
  assert.ok(width <= PHONE.width);
  await page.getByRole("button", { name: "No, thanks" }).tap();
  await gone(page);
  await page.evaluate(() => history.back());
  await page.waitForURL(`${shop.url}/`);
  await done(page);
});

test("by touch: with nothing to show, going back goes back", async () => {
  for (const offers of [() => decisionOf({ show: false, offers: [] }), () => 503]) {
    const page = await open(POPUP, { options: TOUCH, offers });
    await page.goto(`${shop.url}/`);
    await page.goto(`${shop.url}/shop`);
    await page.getByText("Something to read").first().tap();
    await page.evaluate(() => history.back());
    await page.waitForURL(`${shop.url}/`);
    await done(page, [/503/]);
  }
});

test("by touch: a jump to an anchor is no way back", async () => {
  const page = await open(POPUP, { options: TOUCH });
  await page.getByText("Something to read").first().tap();
  await page.locator("#here").tap();
  await page.waitForURL("**/shop#here");
  await page.waitForTimeout(200);
  assert.equal(decisions().length, 0);
  await done(page);
});

test("by touch: rushing upwards", async () => {
  const page = await open(POPUP, { options: TOUCH });
  await eventually(async () => {
    await page.evaluate(() => scrollTo(0, 1500));
    await page.waitForTimeout(500);
    for (const y of [1450, 1300, 1100]) await page.evaluate((top) => (scrollTo(0, top), new Promise(requestAnimationFrame)), y);
    return decisions().length > 0;
  }, "a rush, when the machine is quick enough for one");
  await shown(page);
  await done(page);
});

test("every kind of what is given, the cart as a whole, and a bundle", async () => {
  const kinds = [
    [{ kind: "percent", percent: 10 }, /-10%/],
    [{ kind: "amount", amount: 128 }, /-10%\s+Cake stand\s+€11\.47/],
    [{ kind: "free_shipping" }, /Free shipping/],
    [{ kind: "cashback", percent: 5, amount: 64 }, /\u2068€0\.64\u2069 for your next order\s+Cake stand\s+€12\.75/],
    [{ kind: "points", points: 1500 }, /\+\u20681,500\u2069 points/],
    [{ kind: "gift", gift_item: "g-1" }, /A free gift/],
    [{ kind: "bundle", percent: 10 }, /-10%\s+Cake stand \+ Glass lantern/],
  ];
  const of = kinds.map(([incentive], i) => ({
    ...decisionOf().offers[0],
    offer_id: `o-${i}`,
    incentive,
    ...(!["percent", "amount", "bundle"].includes(incentive.kind) && { offer_price: 1275 }),
    ...(incentive.kind === "bundle" && { with_item: "x", with_name: "Glass lantern" }),
  }));
  const cart = { ...of[1], offer_id: "o-cart", item_id: null, name: undefined, url: undefined, image: undefined };
  const page = await open(POPUP, { offers: () => decisionOf({ offers: [...of, cart] }) });
  await leave(page);
  await shown(page);
  const texts = await dialog(page).getByRole("listitem").allInnerTexts();
  kinds.forEach(([{ kind }, pattern], i) => assert.match(texts[i], pattern, kind));
  assert.match(texts.at(-1), /-10%\s+Your cart\s+€11\.47\s*€12\.75/);
  assert.equal(await dialog(page).locator("i").textContent(), "", "a cart has no initial");
  const accepted = page.evaluate(() => new Promise((told) => addEventListener("smart-popup:accepted", ({ detail }) => told(detail.offer.code))));
  await dialog(page).getByRole("button", { name: "Copy" }).last().click();
  assert.equal(await accepted, "E6KA-9DRS-R6WG-92S1");
  await eventually(() => told("accept").length === 1);
  assert.equal(told("accept")[0].offer_id, "o-cart");
  await done(page);
});

test("says it in the page's language or in its own words, right to left too", async () => {
  const words = {
    es: "Antes de irte…",
    pt: "Antes de sair…",
    de: "Bevor Sie gehen …",
    fr: "Avant de partir…",
    el: "Πριν φύγετε…",
    hu: "Mielőtt elmegy…",
    ar: "قبل أن تغادر…",
    zh: "离开前看看…",
    en: "Before you go …",
  };
  const page = await open(POPUP.replace("<smart-popup", '<smart-popup once="page"'), {
    offers: () => decisionOf({ message_key: "unknown", variant: null }),
  });
  for (const [lang, title] of Object.entries(words)) {
    await page.evaluate((chosen) => {
      const popup = document.querySelector("smart-popup");
      sessionStorage.clear();
      document.documentElement.lang = chosen;
      document.documentElement.dir = chosen === "ar" ? "rtl" : "ltr";
      popup.setAttribute("page", "home");
    }, lang);
    await leave(page);
    await page.getByRole("dialog", { name: title }).waitFor();
    if (lang === "ar") await screenshot(page, "popup-arabic");
    await page.keyboard.press("Escape");
    await gone(page);
  }
  await done(page);
  const own = await open(POPUP.replace("<smart-popup", `<smart-popup texts='{"lightning.b": "Wait, {}!", "close": "Not now"}'`), {
    offers: () => decisionOf({ variant: "b" }),
  });
  await leave(own);
  await own.getByRole("dialog", { name: /^Wait, / }).waitFor();
  assert.equal(await own.getByRole("button", { name: "Not now" }).count(), 1);
  await done(own);
});

test("without consent it asks nothing and stores nothing, until there is some", async () => {
  const page = await open(POPUP.replace("<smart-popup", '<smart-popup consent="none"'), { options: TOUCH });
  await leave(page);
  await page.getByText("Something to read").first().tap();
  await page.evaluate(() => document.querySelector("smart-popup").open());
  await page.waitForTimeout(200);
  assert.equal(shop.asked.length, 0);
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length + (history.state ? 1 : 0)), 0);
  await page.evaluate(() => document.querySelector("smart-popup").setAttribute("consent", "granted"));
  await leave(page);
  await shown(page);
  await done(page);
});

test("what nothing is given on is a product to look at under a plain title: its price, its page, no code, nothing to accept", async () => {
  const page = await open(POPUP.replace("<smart-popup", `<smart-popup texts='{"lightning": "Only for a short time"}'`), { offers: () => decisionOf({}, { incentive: null, code: null, offer_price: 1275 }) });
  await leave(page);
  await shown(page);
  assert.equal(await dialog(page).getAttribute("aria-label"), "Before you go …");
  assert.match(await dialog(page).getByRole("listitem").innerText(), /^Cake stand\s+€12\.75$/);
  assert.equal(await dialog(page).getByRole("button").count(), 1, "to close it");
  assert.equal(await page.getByRole("timer").count(), 0, "what is not given does not run out");
  await page.waitForTimeout(400);
  await screenshot(page, "popup-plain");
  await dialog(page).getByRole("link", { name: "Cake stand" }).click();
  await page.waitForURL("**/product/item-1");
  await eventually(() => told("accept").length === 1);
  assert.equal(told("dismiss").length, 0);
  await done(page);
});

test("several popups of a page ask and show one at a time", async () => {
  const page = await open(POPUP.replace("<smart-popup", '<smart-popup once="page"') + '<smart-popup page="home" once="page"></smart-popup>');
  await leave(page);
  await shown(page);
  await leave(page);
  await page.waitForTimeout(200);
  assert.equal(decisions().length, 1);
  assert.equal(await dialog(page).count(), 1);
  await page.keyboard.press("Escape");
  await gone(page);
  await leave(page);
  await shown(page);
  assert.deepEqual(
    decisions().map(({ params }) => params.page),
    ["product", "home"],
  );
  await done(page);
});

test("hostile texts stay texts", async () => {
  const trick = "<img src=x onerror=alert(1)>";
  const offer = {
    name: trick,
    code: trick,
    url: "javascript:alert(2)",
    image: "javascript:alert(3)",
    reason: { model: "related", because_name: `${trick}\u202e` },
  };
  const page = await open(POPUP, { offers: () => decisionOf({ message_key: trick, variant: trick }, offer) });
  const alerts = [];
  page.on("dialog", (one) => (alerts.push(one.message()), one.dismiss()));
  await leave(page);
  await shown(page);
  await page.waitForTimeout(200);
  assert.deepEqual(alerts, []);
  assert.match(await dialog(page).innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.evaluate(() => document.querySelector("smart-popup").shadowRoot.querySelectorAll("img, [href]").length), 0);
  await done(page);
});

test("where nothing can be stored it works for as long as the page", async () => {
  const page = await open();
  await page.addInitScript(() =>
    Object.defineProperty(window, "sessionStorage", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    }),
  );
  await page.reload();
  await leave(page);
  await shown(page);
  await page.keyboard.press("Escape");
  await gone(page);
  await leave(page);
  await page.waitForTimeout(200);
  assert.equal(decisions().length, 1);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("put into a page and taken out a hundred times, it asks once; taken out while it is open it is gone", async () => {
  const page = await open();
  await page.evaluate(() => {
    const popup = document.querySelector("smart-popup");
    for (let i = 0; i < 100; i++) {
      popup.remove();
      document.querySelector("main").append(popup);
    }
  });
  await leave(page);
  await shown(page);
  assert.equal(decisions().length, 1);
  await page.evaluate(() => document.querySelector("smart-popup").remove());
  await gone(page);
  await done(page);
});
