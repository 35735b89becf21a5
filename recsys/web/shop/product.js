/* product.js: one product, what goes with it, and the drawer of the shopkeeper who changes it. */
import { addToCart, at, cart, categoryPage, fillShelves, find, me, money, picture, placePopup, post, tell } from "/web/shop/shop.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const FEW = 5;

function stockWords({ stock, no_stock }) {
  if (no_stock || stock === 0) return "Sold out";
  return stock <= FEW ? `Only ${stock} left` : "In stock";
}

function showPrice({ price, lowest_price_30d: lowest }, decimals) {
  const reduced = price < lowest;
  at("price").textContent = price >= 0 ? money(price, decimals) : "";
  at("before").hidden = at("lowest").hidden = !reduced;
  if (!reduced) return;
  at("before").textContent = money(lowest, decimals);
  at("lowest").textContent = `Lowest price of the last 30 days: ${money(lowest, decimals)}`;
}

function show(item, decimals) {
  document.title = `${item.name ?? id} · Thistle & Oak`;
  at("name").textContent = item.name ?? id;
  at("crumb").textContent = item.category ?? "All products";
  at("crumb").href = item.category ? categoryPage(item.category) : "/shop/category";
  at("picture").replaceChildren(picture(id, 600));
  at("picture").firstChild.loading = "eager";
  showPrice(item, decimals);
  const out = item.no_stock === true;
  at("stock").textContent = stockWords(item);
  at("stock").classList.toggle("out", out);
  at("add").disabled = out;
  const { stock, price } = at("change").elements;
  stock.value = item.stock ?? "";
  price.value = item.price >= 0 ? (item.price / 10 ** decimals).toFixed(decimals) : "";
}

function showGone() {
  at("name").textContent = "This product is not in the shop";
  at("stock").textContent = "It may be hidden, or not be on sale yet.";
  at("stock").classList.add("out");
  at("add").disabled = true;
}

async function refresh() {
  const { items, decimals } = id ? await find({ items: id }) : { items: [] };
  if (items.length) show(items[0], decimals);
  else showGone();
  fillShelves({ item: id });
  return { item: items[0], decimals };
}

/* The drawer: the change, then the page as it is now. */
async function change(what, words) {
  try {
    await post("/shop/keeper", { item_id: id, ...what });
    await refresh();
    at("changed").textContent = words;
  } catch (error) {
    at("changed").textContent = error.message;
  }
}

const { item, decimals } = await refresh();
if (item) {
  await tell({ event: "view", item_id: id });
  placePopup({ item: id, lines: cart() });
}

at("buy").onsubmit = async (event) => {
  event.preventDefault();
  await addToCart(id, Math.max(1, Number(at("quantity").value) || 1));
  at("added").textContent = "It is in your cart.";
  placePopup({ item: id, lines: cart() });
};
at("change").onsubmit = (event) => {
  event.preventDefault();
  const { stock, price, hidden } = event.target.elements;
  change(
    {
      hidden: hidden.checked,
      ...(stock.value !== "" && { stock: Number(stock.value) }),
      ...(price.value !== "" && { price: Math.round(Number(price.value) * 10 ** decimals) }),
    },
    "Changed.",
  );
};
at("sold-out").onclick = () => change({ stock: 0 }, "Sold out: it is on no shelf any more.");
at("clear").onclick = () => change({ clear: ["stock", "price", "hidden"] }, "As in the catalogue again.");
document.documentElement.dataset.ready = me.session_id ? "yes" : "no";
