/* cart.js: what is in the cart, what goes with it, a code, and the order. */
import { at, cart, fillShelves, find, keepCart, make, money, offers, onCartElsewhere, pageOf, picture, placePopup, post, tell } from "/web/shop/shop.js";

let products = new Map(); // as they are now, by id
let decimals = 2;
const refused = {}; // the reason for each code that was not taken

/* Why an order is refused: what is said of a product behind its name, and of a code. */
const WRONG = {
  gone: () => " is no longer in the shop.",
  sold_out: () => " has sold out meanwhile.",
  few: ({ left }) => `: there ${left === 1 ? "is" : "are"} only ${left} left.`,
  price: ({ item_id, price }) => ` costs ${money(price, decimals)} now, not ${money(products.get(item_id)?.price ?? 0, decimals)}.`,
};
const NOT_TAKEN = {
  unknown_code: "there is no such code",
  expired: "it was good for some minutes only",
  used: "it was used before",
  cancelled: "its order was cancelled",
  foreign: "it is somebody else’s",
  items: "what it is for is not in the cart",
  stacked: "an order takes one code",
  uses: "you have used as many as are allowed",
  below_margin: "prices have changed since",
  rate_limited: "too many wrong ones were tried; try again in a minute",
};

async function lookUp(lines) {
  if (!lines.length) return;
  const answer = await find({ items: lines.map((line) => line.item_id) });
  products = new Map(answer.items.map((item) => [item.item_id, item]));
  decimals = answer.decimals;
}

async function change(item_id, quantity) {
  const lines = cart();
  const line = lines.find((one) => one.item_id === item_id);
  const more = quantity - line.quantity;
  line.quantity = quantity;
  keepCart(lines.filter((one) => one.quantity > 0));
  if (more) await tell({ event: more > 0 ? "cart_add" : "cart_remove", item_id, quantity: Math.abs(more) });
  await refresh();
}

function row({ item_id, quantity }) {
  const product = products.get(item_id);
  const name = product?.name ?? item_id;
  const pieces = make("input", { type: "number", min: 1, max: 99, value: quantity, "aria-label": `Pieces of ${name}`, onchange: () => change(item_id, Math.min(99, Math.max(1, Number(pieces.value) || 1))) });
  const remove = make("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => change(item_id, 0) }, "Remove");
  const words = !product ? "No longer in the shop" : product.no_stock ? "Sold out" : product.stock < quantity ? `Only ${product.stock} left` : "";
  return make(
    "li",
    {},
    picture(item_id, 88),
    make("a", { href: pageOf(item_id) }, name),
    make("b", {}, product?.price >= 0 ? money(product.price * quantity, decimals) : ""),
    make("div", { class: "row" }, pieces, remove, make("span", { class: "wrong" }, words)),
  );
}

const typed = () => at("code").value.trim().toUpperCase();

/* What a code of this visit's popups brings, as long as it is good and what it is for is in the cart; the shop settles it when it is redeemed. */
function savingOf(lines) {
  const offer = offers()[typed()];
  if (!offer?.incentive || refused[typed()] || offer.expires_at < Date.now() * 1000) return 0;
  const line = lines.find((one) => one.item_id === offer.item_id);
  return offer.item_id && !line ? 0 : offer.list_price - offer.offer_price;
}

function total(lines) {
  return lines.reduce((sum, { item_id, quantity }) => sum + (products.get(item_id)?.price ?? 0) * quantity, 0);
}

function showSums(lines) {
  const saving = savingOf(lines);
  const sum = total(lines);
  at("total").textContent = money(sum, decimals);
  at("saving-row").hidden = at("to-pay-row").hidden = saving <= 0;
  at("to-pay").textContent = money(sum - saving, decimals);
  at("saving").textContent = money(-saving, decimals);
  at("code-words").textContent = saving > 0 || !typed() ? "" : refused[typed()] ? `Not taken: ${refused[typed()]}.` : "The code is looked at when you order.";
  at("checkout").disabled = lines.length === 0;
}

async function refresh() {
  const lines = cart();
  await lookUp(lines);
  const rows = lines.map(row);
  at("lines").replaceChildren(...rows);
  at("empty").hidden = rows.length > 0;
  at("summary").hidden = document.querySelector(".shelf").hidden = !rows.length;
  showSums(lines);
  if (rows.length) fillShelves({ lines });
  placePopup({ lines });
}

/* What stands in the way of an order, a line each, in words; then the cart as it is now, so that the next try is for that. */
async function explain({ message, answer }) {
  const lines = (answer?.refused ?? []).map((one) => make("p", {}, make("bdi", {}, one.name || products.get(one.item_id)?.name || one.item_id), WRONG[one.reason](one)));
  const reason = answer?.redemption?.reason;
  if (reason) {
    refused[typed()] = NOT_TAKEN[reason] ?? reason.replaceAll("_", " ");
    lines.push(make("p", {}, `The code was not taken: ${refused[typed()]}. Nothing is ordered yet: take it out, or try another.`));
  }
  at("wrong").replaceChildren(...(lines.length ? lines : [message]));
  await refresh();
}

async function order(event) {
  event.preventDefault();
  at("wrong").textContent = "";
  at("checkout").disabled = true;
  const lines = cart();
  const prices = lines.map(({ item_id }) => products.get(item_id)?.price ?? 0);
  try {
    const done = await post("/shop/checkout", { cart: lines, prices, ...(typed() && { code: typed() }) });
    sessionStorage["shop.order"] = JSON.stringify(done);
    delete sessionStorage["shop.code"];
    keepCart([]);
    location.assign(`/shop/order?id=${encodeURIComponent(done.order_id)}`);
  } catch (error) {
    await explain(error);
  }
}

at("code").value = sessionStorage["shop.code"] ?? "";
at("code").oninput = () => showSums(cart());
at("order").onsubmit = order;
document.addEventListener("smart-popup:accepted", ({ detail: { offer } }) => {
  if (!offer.code) return;
  at("code").value = offer.code;
  showSums(cart());
});
onCartElsewhere(refresh);
await refresh();
