/*
 * A shop's pages for the tests of the elements: pages with a strict content security policy, the elements' files as they lie in the folder, and a
 * stand-in for the server, whose answers a test sets and whose requests it can read.
 */
import { readFileSync } from "node:fs";
import { SOURCE, assert, openPage, startSite } from "./support.mjs";

export const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const STYLE = `smart-shelf:not(:defined) { display: block; height: 21.5rem }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; font-family: system-ui, sans-serif; color-scheme: light dark; background: Canvas; color: CanvasText }`;

const picture = (hue) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="hsl(${hue} 45% 82%)"/>
<circle cx="50" cy="52" r="26" fill="hsl(${hue} 50% 45%)"/><rect x="44" y="18" width="12" height="16" rx="4" fill="hsl(${hue} 50% 32%)"/></svg>`;

/* A page with `body` in its main element. `lang`, `dir` as of html. */
export const pageOf = (body, { lang = "en", dir = "ltr", files = ["smart-shelf.js", "smart-popup.js"] } = {}) =>
  `<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A shop</title>
<link rel="stylesheet" href="/shop.css">${files.map((file) => `<script type="module" src="/web/${file}"></script>`).join("")}</head>
<body><main><h1>A shop</h1>${body}</main></body></html>`;

const NAMES = [
  "Glass lantern",
  "Oak chopping board",
  "Waffle hand towel, sea green",
  "Cane jam sugar, 500 g",
  "Cast iron frying pan with two handles and a lid, 28 cm",
];

/* So many products as an answer has them. */
export const products = (count, more = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({
    item_id: `item-${i}`,
    score: 1 - i / 100,
    reason: { model: "related", stage: 0, because_name: "Cake stand" },
    name: NAMES[i % NAMES.length],
    price: 995 + 250 * i,
    url: `/product/item-${i}`,
    image: `/picture/${i * 37}.svg`,
    ...more(i),
  }));

export const shelfOf = (items) => ({ generation: "20260101T000000.000Z", items, short: null, decimals: 2 });

/* A decision with one offer of so many per cent, good for `seconds`; `more` outranks. */
export const decisionOf = (more = {}, offer = {}, seconds = 900) => ({
  show: true,
  reason: "offer",
  campaign: "lightning",
  message_key: "lightning",
  variant: null,
  expires_at: (Date.now() + seconds * 1000) * 1000,
  triggers: { mouse_out: true, idle_seconds: 0, back_button: false },
  decimals: 2,
  decision: 9,
  offers: [
    {
      offer_id: "E6KA9DRS",
      item_id: "item-1",
      name: "Cake stand",
      list_price: 1275,
      offer_price: 1147,
      incentive: { name: "percent-10", kind: "percent", percent: 10 },
      code: "E6KA-9DRS-R6WG-92S1",
      reason: { model: "page" },
      url: "/product/item-1",
      image: "/picture/30.svg",
      ...offer,
    },
  ],
  ...more,
});

/*
 * Pages that are used again, for a new one takes a second: `take(options)` gives one as openPage does, `give(page, expected)` takes it back when nobody has complained, but
 * for what matches one of the patterns, and leaves nothing in it.
 */
export function pagesOf(browser) {
  const free = new Map();
  return {
    async take(options = {}) {
      const key = JSON.stringify(options);
      const page = free.get(key)?.pop() ?? Object.assign(await openPage(browser, options), { key });
      page.complaints.length = 0;
      return page;
    },
    async give(page, expected = []) {
      await page.evaluate(() => {
        navigator.sendBeacon = () => true; // what is told when it is left belongs to no test
        sessionStorage.clear();
      });
      await page.goto("about:blank");
      const unexpected = page.complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(unexpected, []);
      free.set(page.key, [...(free.get(page.key) ?? []), page]);
    },
  };
}

/*
 * Gives {url, pages, answers, asked, events}: `pages` are bodies by path, `answers` what a method is answered with (an object, or a function of the request's
 * params that gives one, a status, or a promise of either), `asked` all requests of methods as {method, params}, `events()` all events that were told.
 */
export async function startShop() {
  const shop = { pages: {}, answers: {}, asked: [], headers: {} };
  shop.events = () => shop.asked.filter(({ method }) => method === "event").flatMap(({ params }) => params.events);
  shop.url = await startSite(async (request, body) => {
    const { path, query } = request;
    if (path in shop.pages) return { body: shop.pages[path], headers: { "Content-Security-Policy": POLICY } };
    if (path.startsWith("/web/")) return { type: "text/javascript; charset=utf-8", body: readFileSync(`${SOURCE}/recsys/${path}`) };
    if (path.startsWith("/picture/")) return { type: "image/svg+xml", body: picture(path.match(/\d+/)[0]) };
    if (path.startsWith("/product/")) return { body: pageOf("<p>A product</p>"), headers: { "Content-Security-Policy": POLICY } };
    if (path === "/shop.css") return { type: "text/css", body: STYLE };
    if (path === "/spare.json") return { type: "application/json", body: JSON.stringify(products(5, () => ({ reason: undefined }))) };
    if (path.startsWith("/v1/")) return answer(shop, path.slice(4), request.method === "GET" ? Object.fromEntries(query) : JSON.parse(body), request);
  });
  return shop;
}

async function answer(shop, method, params, request) {
  shop.asked.push({ method, params, key: request.query.get("key"), type: request.headers["content-type"], cookie: request.headers.cookie });
  const chosen = shop.answers[method];
  const given = await (typeof chosen === "function" ? chosen(params) : (chosen ?? { stored: 1 }));
  if (typeof given === "number") return { status: given, type: "application/json", body: '{"error": {"code": "busy", "message": "planted"}}' };
  return { type: "application/json", body: JSON.stringify(given), headers: { "Cache-Control": "no-store", ...shop.headers } };
}
