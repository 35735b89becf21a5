/* order.js: the confirmation of the order that was just made. */
import { at, fillShelves, make, money, pageOf } from "/web/shop/shop.js";

const row = (words, sum) => make("p", { class: "row" }, words, make("b", {}, sum));

const codeWords = ({ incentive }) => (incentive?.kind === "percent" ? `Your code was taken: ${incentive.percent} % off.` : "Your code was taken.");

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
