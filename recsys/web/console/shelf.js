/* A shelf as the merchandiser reads it: what stands on it and why, and what the rules took away. */
import { ask } from "./api.js";
import { chip, foreign, make, table, wrong } from "./dom.js";
import { count, money, reason, REMOVED, score as written, SHELVES, SHORT } from "./words.js";

const FIELDS = ["name", "price", "stock", "category"];

export const productLink = ({ item_id: id, name }) => make("a", { href: `#/products/${encodeURIComponent(id)}`, class: "name" }, foreign(name || id));

export function product(item) {
  return make("span", { class: "product" }, productLink(item), item.name ? make("span", { class: "id" }, foreign(item.item_id)) : null);
}

function scoreBar(score, most) {
  const bar = make("span", { class: "score" }, make("span", { class: "value" }, written(score)));
  bar.style.setProperty("--part", most > 0 ? score / most : 0);
  return bar;
}

/* A chance is worth a column of its own: the sentence says what it is a chance of. */
function columns(items, decimals) {
  const most = Math.max(...items.map((item) => item.score));
  const place = new Map(items.map((item, index) => [item, index + 1]));
  return [
    { title: "No.", number: true, cell: (item) => place.get(item) },
    { title: "Product", wide: true, cell: product },
    { title: "Price", number: true, cell: (item) => money(item.price, decimals) },
    { title: "Stock", number: true, cell: (item) => count(item.stock) },
    { title: "Why", wide: true, cell: (item) => make("span", { class: "why" }, reason(item.reason)) },
    { title: "Customers", number: true, cell: (item) => count(item.reason.customers) },
    { title: "Model", cell: (item) => make("span", { class: "model" }, item.reason.model) },
    { title: "Stage", number: true, cell: (item) => (item.reason.stage ? `fallback ${item.reason.stage}` : "own") },
    { title: "Score", number: true, cell: (item) => scoreBar(item.score, most) },
  ];
}

function removed(counts) {
  const rules = Object.entries(counts ?? {}).sort((one, other) => other[1] - one[1]);
  if (rules.length === 0) return make("p", { class: "dim" }, "The rules took nothing away.");
  return make("p", { class: "removed" }, "Taken away by the rules: ", rules.map(([rule, number]) => [chip(`${REMOVED[rule] ?? rule} ${count(number)}`), " "]));
}

function shortage({ short, items }) {
  if (!short) return null;
  const missing = items.length === 0 ? "Nothing is shown" : `${count(short.missing)} fewer than asked for`;
  return make("p", { class: "short" }, `${missing}: ${SHORT[short.code] ?? short.code}.`);
}

function answered(kind, result) {
  return [shortage(result), result.items.length > 0 ? table(SHELVES[kind], columns(result.items, result.decimals ?? 2), result.items) : null, removed(result.removed)];
}

/* The shelf asked with `params`; the section is there at once and filled when the answer is. */
export function shelf(kind, params) {
  const body = make("div", {}, make("p", { class: "dim" }, "One moment…"));
  const shown = make("section", { class: "shelf", "data-shelf": kind }, make("h3", {}, SHELVES[kind], " ", make("span", { class: "model" }, kind)), body);
  ask(kind, { limit: 10, fields: FIELDS, explain: true, ...params }).then(
    (result) => body.replaceChildren(...answered(kind, result).filter(Boolean)),
    (refusal) => body.replaceChildren(wrong(refusal)),
  );
  return shown;
}
