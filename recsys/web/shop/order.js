/* order.js: the confirmation of the order that was just made. */
import { at, fillShelves, make, money, pageOf } from "/web/shop/shop.js";

const REFUSED = {
  unknown_code: "there is no such code",
  expired: "it was good for some minutes only",
  used: "it was used before",
  foreign: "it is somebody else’s",
  items: "what it is for is not in the order",
  stacked: "an order takes one code",
  uses: "you have used as many as are allowed",
};

const row = (words, sum) => make("p", { class: "row" }, words, make("b", {}, sum));

function codeWords({ redeemed, reason, incentive }) {
  if (!redeemed) return `Your code was not taken: ${REFUSED[reason] ?? reason.replaceAll("_", " ")}.`;
  return incentive?.kind === "percent" ? `Your code was taken: ${incentive.percent} % off.` : "Your code was taken.";
}

function show({ order_id, lines, total, saved, to_pay, decimals, redemption }) {
  at("words").textContent = `Your order ${order_id} is on its way${redemption ? `. ${codeWords(redemption)}` : "."}`;
  const rows = lines.map(({ item_id, name, price, quantity }) => row(make("a", { href: pageOf(item_id) }, quantity > 1 ? `${quantity} × ${name}` : name), money(price * quantity, decimals)));
  if (saved > 0) rows.push(row("Products", money(total, decimals)), make("p", { class: "row saving", id: "saved" }, "You saved", make("b", {}, money(saved, decimals))));
  rows.push(row("To pay", money(to_pay, decimals)));
  at("confirmation").replaceChildren(...rows);
}

const done = JSON.parse(sessionStorage["shop.order"] ?? "null");
if (done?.order_id === new URLSearchParams(location.search).get("id")) show(done);
else at("words").textContent = "This order was made in another visit.";
fillShelves();
