/* home.js: departments, shelves for everybody and for this visitor. */
import { at, categoryPage, drawn, fillShelves, find, get, make, picture, placePopup } from "/web/shop/shop.js";

const TILES = 14;

function tile({ category, items }, name) {
  return make("li", {}, make("a", { href: categoryPage(category) }, drawn({ category, name }, 270, 200), make("span", {}, category, make("small", {}, `${items} products`))));
}

/* The department's best seller stands for it. */
async function fillTiles() {
  const { categories } = await find({ categories: true, limit: 1 });
  const shown = categories.slice(0, TILES);
  const best = await Promise.all(shown.map(({ category }) => find({ "filter.category": category, limit: 1 })));
  at("categories").replaceChildren(...shown.map((entry, i) => tile(entry, best[i].items[0]?.name ?? entry.category)));
}

async function fillHero() {
  const { items } = await get("/shop/v1/popular", { limit: 6 });
  at("hero").replaceChildren(...items.map(({ item_id }) => picture(item_id, 200)));
}

fillShelves();
placePopup();
await Promise.all([fillTiles(), fillHero()]);
