/*
 * shop.js: what the demo shop's pages share: who the visitor is, asking the shop's back end, the head of the page, the cart, shelves and the popup.
 * What comes from the catalogue enters the page as text and attributes, never as markup.
 */
import "/web/smart-shelf.js";
import "/web/smart-popup.js";

const LOCALE = "en-GB";
const CURRENCY = "GBP";
const TITLES = '{"lightning": "Only for a short time", "last_chance": "Your cart is waiting"}'; // of the campaigns, where something is given
const CART = "shop.cart";
const OFFERS = "shop.offers";

/* ---- the back end ---- */

let leaving = false;
addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", () => (leaving = false)); // back from where it was left

/* An answer that is cut off is an error; but who leaves the page is not told of one. */
async function ask(address, how) {
  try {
    const reply = await fetch(address, how);
    if (reply.ok) return await reply.json();
    const answer = await reply.json().catch(() => ({}));
    throw Object.assign(Error(answer.error?.message ?? `the shop answers with ${reply.status}`), { answer });
  } catch (error) {
    return leaving ? new Promise(() => {}) : Promise.reject(error);
  }
}

export async function get(path, params = {}) {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries(params)) for (const one of [value ?? []].flat()) address.searchParams.append(name, one);
  return ask(address);
}

export async function post(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export const me = await get("/shop/me");

/* Products of the catalogue as they are now. */
export const find = (params) => get("/shop/v1/find", { fields: "name,price,stock,category,lowest_price_30d", ...params });

/* Tells the server what the visitor does; it is in its next answer. Who buys is not held up where that cannot be told (blocked, offline). */
export const tell = (event) => post("/shop/v1/event", { ...event, session_id: me.session_id, ...(me.customer_token && { customer_token: me.customer_token }) }).catch(() => {});

/* ---- the page ---- */

export const at = (id) => document.getElementById(id);

/* An element; attributes that are functions are handlers, undefined and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function") element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const money = (minor, decimals = 2) => (minor / 10 ** decimals).toLocaleString(LOCALE, { style: "currency", currency: CURRENCY, minimumFractionDigits: decimals });

/* A picture by what it shows. One that does not load leaves its place empty, without a browser's sign of what is broken. */
export const drawn = (what, width, height) =>
  make("img", { src: `/shop/picture?${new URLSearchParams(what)}`, alt: "", width, height, loading: "lazy", onerror: ({ target }) => target.classList.add("missing") });
export const picture = (id, size = 400) => drawn({ id }, size, size);

export const pageOf = (id) => `/shop/product?id=${encodeURIComponent(id)}`;
export const categoryPage = (name) => `/shop/category?name=${encodeURIComponent(name)}`;

/* ---- the cart ---- */

export function cart() {
  try {
    return JSON.parse(localStorage[CART] ?? "[]");
  } catch {
    return [];
  }
}

export function keepCart(lines) {
  localStorage[CART] = JSON.stringify(lines);
  const pieces = lines.reduce((sum, line) => sum + line.quantity, 0);
  const count = at("cart-count");
  count.textContent = pieces;
  count.parentElement.setAttribute("aria-label", `Cart, ${pieces} ${pieces === 1 ? "piece" : "pieces"}`);
}

/* Another tab has changed the cart: calls `changed` once the head shows it. */
export function onCartElsewhere(changed) {
  addEventListener("storage", ({ key }) => {
    if (key !== CART) return;
    keepCart(cart());
    changed();
  });
}

export function addToCart(item_id, quantity) {
  const lines = cart();
  const line = lines.find((one) => one.item_id === item_id);
  if (line) line.quantity += quantity;
  else lines.push({ item_id, quantity });
  keepCart(lines);
  return tell({ event: "cart_add", item_id, quantity });
}

/* What the popups offered in this visit, by code: the cart says what a code brings before it is redeemed. */
export function offers() {
  return JSON.parse(sessionStorage[OFFERS] ?? "{}");
}

document.addEventListener("smart-popup:shown", ({ detail: { decision } }) => {
  const known = offers();
  for (const offer of decision.offers) if (offer.code) known[offer.code] = { ...offer, expires_at: decision.expires_at };
  sessionStorage[OFFERS] = JSON.stringify(known);
});
document.addEventListener("smart-popup:accepted", ({ detail: { offer } }) => {
  if (offer.code) sessionStorage["shop.code"] = offer.code;
});

/* ---- the head ---- */

function whoSwitch() {
  const strangers = make("option", { value: 0 }, "a stranger");
  const known = me.customers.map(({ visitor, name, products }) => make("option", { value: visitor }, `${name}, who bought ${products} ${products === 1 ? "product" : "products"}`));
  const choice = make("select", { id: "who", onchange: () => become(Number(choice.value)) }, strangers, ...known);
  choice.value = me.visitor;
  return make("div", { class: "who" }, make("label", { for: "who" }, "You are"), choice);
}

/* Somebody else comes: another session, an empty cart. */
async function become(visitor) {
  await post("/shop/me", { visitor });
  sessionStorage.clear();
  localStorage.removeItem(CART);
  location.reload();
}

function head() {
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  const search = make(
    "form",
    { class: "search", role: "search", action: "/shop/search" },
    make("input", { type: "search", name: "q", value: asked, placeholder: "Mug, candle, coffee …", "aria-label": "Search the shop", maxlength: 200 }),
    make("button", { type: "submit" }, "Search"),
  );
  const toCart = make("a", { class: "to-cart", href: "/shop/cart" }, "Cart ", make("b", { id: "cart-count" }, "0"));
  at("top").append(search, whoSwitch(), toCart);
  keepCart(cart());
}

/* ---- shelves and the popup ---- */

/* What the components have in common. */
function wear(element, attributes) {
  const all = {
    src: "/shop",
    "session-id": me.session_id,
    "customer-token": me.customer_token ?? undefined,
    locale: LOCALE,
    currency: CURRENCY,
    link: "/shop/product?id={item_id}",
    image: "/shop/picture?id={item_id}",
    ...attributes,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) element.setAttribute(name, value);
  return element;
}

/* Puts a shelf into each place of the page that is marked for one; `item`: the product on the page. */
export function fillShelves({ item, lines = [] } = {}) {
  for (const place of document.querySelectorAll(".shelf[data-kind]")) {
    const { kind, heading, limit, min, customer } = place.dataset;
    const wanted = (customer === undefined || me.customer_id) && (!("item" in place.dataset) || item);
    place.classList.toggle("none", !wanted);
    const attributes = { kind, heading, limit, min, "item-id": "item" in place.dataset ? item : undefined, cart: "cart" in place.dataset ? JSON.stringify(lines) : undefined };
    const shelf = wear(document.createElement("smart-shelf"), attributes);
    shelf.addEventListener("smart-shelf:loaded", () => place.classList.toggle("none", shelf.hidden));
    if (wanted) place.replaceChildren(shelf);
  }
}

export function placePopup({ item, lines = [] } = {}) {
  const place = at("popup");
  const { page } = place.dataset;
  const cart = lines.length ? JSON.stringify(lines) : undefined;
  place.replaceChildren(wear(document.createElement("smart-popup"), { page, once: "page", "item-id": item, cart, texts: TITLES }));
}

head();
