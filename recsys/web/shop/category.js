/* category.js: the products of a department, or those that a search found, by how much they sell. */
import { at, fillShelves, find, make, money, pageOf, picture } from "/web/shop/shop.js";

const PAGE = 24;
const params = new URLSearchParams(location.search);
const [name, asked] = [params.get("name"), params.get("q")?.trim()];
const wanted = { ...(name && { "filter.category": name }), ...(asked && { text: asked }) };

function card({ item_id, name: words = item_id, price }, decimals) {
  return make("li", {}, make("a", { href: pageOf(item_id) }, picture(item_id), make("bdi", {}, words), make("b", {}, price >= 0 ? money(price, decimals) : "")));
}

/* One answer looks at so many names and no more: asks on until the page is full, or all has been looked at. */
async function take(after) {
  const found = [];
  let decimals = 2;
  do {
    const answer = await find({ ...wanted, limit: PAGE - found.length, ...(after && { after }) });
    found.push(...answer.items);
    decimals = answer.decimals;
    after = answer.after;
  } while (found.length < PAGE && after);
  return { found, decimals, after };
}

async function show(after) {
  const { found, decimals, after: next } = await take(after);
  at("products").append(...found.map((item) => card(item, decimals)));
  const count = at("products").childElementCount;
  at("count").textContent = count ? `${count} ${count === 1 ? "product" : "products"}${next ? " so far" : ""}` : "Nothing is called so. Try a part of a word, such as “cand”.";
  at("more").hidden = !next;
  at("more").onclick = () => show(next);
}

const heading = asked ? `Search: ${asked}` : (name ?? "All products");
document.title = `${heading} · Thistle & Oak`;
at("heading").textContent = at("crumb").textContent = heading;
Object.assign(at("shelf").dataset, { kind: asked ? "for_you" : "trending", heading: "You may like these too", limit: 10 });
fillShelves();
await show();
