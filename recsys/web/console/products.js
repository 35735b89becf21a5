/* Products: found by a part of their name; one with its shelves, and what the shop says of it now. */
import { ask } from "./api.js";
import { chip, code, confirmed, facts, field, foreign, make, notice, section, table, wrong } from "./dom.js";
import { product, shelf } from "./shelf.js";
import { count, many, minorOf, money, WITHHELD } from "./words.js";

const FIELDS = ["name", "price", "category", "stock", "url", "image", "lowest_price_30d"];
const PAGE = 30; /* products found at once */
const ABOUT = ["related", "bought_together", "bought_next", "alternatives"]; /* shelves that go with one product */

const withheld = (item) => Object.keys(WITHHELD).filter((rule) => item[rule]);
const badges = (item) => withheld(item).map((rule) => [chip(WITHHELD[rule], "bad"), " "]);

/* ---- finding ---- */

function found(result, text) {
  const { items, decimals = 2 } = result;
  return table(
    "Products found",
    [
      { title: "Product", wide: true, cell: (item) => product(item) },
      { title: "Price", number: true, cell: (item) => money(item.price, decimals) },
      { title: "Stock", number: true, cell: (item) => count(item.stock) },
      { title: "Shown", cell: (item) => (withheld(item).length ? badges(item) : "yes") },
      { title: "Category", cell: (item) => (item.category ? foreign(item.category) : "–") },
    ],
    items,
    text ? "No product's name holds that." : "There is no product.",
  );
}

async function search(text, after, into) {
  const result = await ask("find", { text, after, limit: PAGE, fields: FIELDS, all: true });
  const more = make("button", { on: { click: () => (more.remove(), search(text, result.after, into).catch((refusal) => into.append(wrong(refusal)))) } }, "More");
  into.append(found(result, text), result.more ? more : "");
}

async function showSearch(main, query, signal) {
  const text = query.get("text")?.trim() ?? "";
  const results = make("div", { class: "results" });
  const form = make(
    "form",
    {
      class: "row",
      role: "search",
      on: {
        submit: (event) => {
          event.preventDefault();
          location.hash = `#/products?text=${encodeURIComponent(new FormData(form).get("text"))}`;
        },
      },
    },
    field("Part of a name, or an item id", { name: "text", type: "search", value: text, maxlength: 255 }),
    make("button", { class: "main" }, "Find"),
  );
  if (text) {
    const exact = await ask("find", { items: [text], fields: FIELDS, all: true });
    if (exact.items.length) results.append(make("p", {}, "With that id: ", product(exact.items[0])));
  }
  await search(text, null, results);
  if (signal.aborted) return;
  main.replaceChildren(make("h1", {}, "Products"), form, text ? make("h2", {}, "Found") : make("h2", {}, "What sells best"), results);
}

/* ---- changing ---- */

const FORMS = {
  price: (value, decimals) => money(value, decimals),
  stock: (value) => count(value),
  hidden: (value) => (value ? "yes" : "no"),
};

function sentence(name, before, after, decimals) {
  const [from, to] = [before, after].map((value) => FORMS[name](value, decimals));
  return `${name[0].toUpperCase()}${name.slice(1)}: ${from} → ${to}`;
}

/* What of the form differs from what is so now; a string: what is wrong with it. */
function changesOf(form, item, decimals) {
  const data = new FormData(form);
  const typed = { price: minorOf(data.get("price"), decimals), stock: minorOf(data.get("stock"), 0), hidden: data.has("hidden") };
  if (Number.isNaN(typed.price)) return "The price is no amount of money.";
  if (Number.isNaN(typed.stock)) return "The stock is no number of pieces.";
  const now = { price: item.price ?? null, stock: item.stock ?? null, hidden: Boolean(item.hidden) };
  return Object.entries(typed).filter(([name, value]) => value !== null && value !== now[name]).map(([name, value]) => ({ name, value, before: now[name] }));
}

async function tell(item, change) {
  const { results } = await ask("items", { items: [{ item_id: item.item_id, ...change }] });
  if (results[0].refused) throw Object.assign(new Error(`The server refuses the change: ${results[0].refused}.`), { field: null });
}

function changeForm(item, decimals, again) {
  const said = make("div");
  const attempt = async (title, lines, action, change) => {
    if (!(await confirmed(title, [...lines, "It counts in the very next answer, and until it is taken back outranks the catalogue."], action))) return;
    try {
      await tell(item, change);
      await again();
    } catch (refusal) {
      said.replaceChildren(wrong(refusal));
    }
  };
  const submit = (event) => {
    event.preventDefault();
    const changes = changesOf(form, item, decimals);
    if (typeof changes === "string") return said.replaceChildren(notice("wrong", changes));
    if (changes.length === 0) return said.replaceChildren(notice("", "Nothing would change."));
    const lines = changes.map(({ name, value, before }) => sentence(name, before, value, decimals));
    return attempt(`Change ${item.name ?? item.item_id}?`, lines, "Change it", Object.fromEntries(changes.map(({ name, value }) => [name, value])));
  };
  const clear = () => attempt(`Take back what was changed of ${item.name ?? item.item_id}?`, ["The catalogue's price, stock and all else count again."], "Take it back", { clear: true });
  const form = make(
    "form",
    { class: "row change", on: { submit } },
    field("Price", { name: "price", inputmode: "decimal", value: item.price === undefined ? "" : (item.price / 10 ** decimals).toFixed(decimals) }),
    field("Stock", { name: "stock", inputmode: "numeric", value: item.stock ?? "" }),
    field("Hidden", { name: "hidden", type: "checkbox", checked: Boolean(item.hidden) }),
    make("button", { class: "main" }, "Change…"),
    make("button", { type: "button", on: { click: clear } }, "Take back…"),
  );
  return [form, said];
}

/* ---- one product ---- */

/* Only addresses that a browser may fetch; whatever else stands there is told as text. */
function picture({ image }) {
  const fetched = image && /^(https?:\/\/|\/)/i.test(image);
  return fetched ? make("img", { src: image, alt: "", class: "picture", loading: "lazy", on: { error: (event) => event.target.remove() } }) : null;
}

const COLUMNS = [
  ["name", "Name", (value) => foreign(value)],
  ["category", "Category", (value) => foreign(value)],
  ["price", "Price", money],
  ["stock", "Stock", (value) => count(value)],
  ["hidden", "Hidden", (value) => (value ? "yes" : "no")],
  ["url", "Page", (value) => foreign(value)],
  ["image", "Picture", (value) => foreign(value)],
];

/* What counts now beside what the catalogue of the generation says, where the shop has changed it since. */
function columnsOf(item, decimals) {
  const since = item.catalogue ?? {};
  const form = (value, write) => (value === null || value === undefined ? "–" : write(value, decimals));
  const rows = COLUMNS.filter(([name]) => item[name] !== undefined || name in since);
  return table(
    "Columns of the product",
    [
      { title: "Column", cell: ([, title]) => title },
      { title: "Now", wide: true, cell: ([name, , write]) => form(item[name], write) },
      { title: "Catalogue", wide: true, cell: ([name, , write]) => (name in since ? make("span", {}, form(since[name], write), " ", chip("changed live", "live")) : make("span", { class: "dim" }, "the same")) },
    ],
    rows,
  );
}

/* Columns that are no product's to show, such as its cost: that they were changed is told. */
function alsoChanged({ catalogue: since = {} }) {
  const others = Object.keys(since).filter((name) => !COLUMNS.some(([known]) => known === name));
  return others.length ? make("p", { class: "dim" }, `Changed live too: ${others.map((name) => name.replaceAll("_", " ")).join(", ")}.`) : null;
}

function shelves(id, visitor) {
  return [...ABOUT.map((kind) => shelf(kind, { item_id: id, ...visitor })), shelf("cart", { cart: [id], ...visitor })];
}

function visitorForm(id, query) {
  const form = make(
    "form",
    {
      class: "row",
      on: {
        submit: (event) => {
          event.preventDefault();
          location.hash = `#/products/${encodeURIComponent(id)}?${new URLSearchParams(new FormData(form))}`;
        },
      },
    },
    field("As seen in session", { name: "session", value: query.get("session") ?? "" }),
    field("by customer", { name: "customer", value: query.get("customer") ?? "" }),
    make("button", {}, "Show"),
  );
  return form;
}

async function showProduct(main, id, query, signal) {
  const { items, decimals = 2 } = await ask("find", { items: [id], fields: FIELDS, all: true });
  if (signal.aborted) return;
  if (items.length === 0) {
    main.replaceChildren(make("h1", {}, "No such product"), make("p", {}, "Neither the generation nor the shop's changes know ", code(id), "."), make("p", {}, make("a", { href: "#/products" }, "Find another")));
    return;
  }
  const [item] = items;
  const again = () => showProduct(main, id, query, signal);
  const visitor = { session_id: query.get("session"), customer_id: query.get("customer") };
  main.replaceChildren(
    make("p", { class: "trail" }, make("a", { href: "#/products" }, "Products")),
    make("div", { class: "head" }, picture(item), make("div", {}, make("h1", {}, foreign(item.name ?? item.item_id)), make("p", {}, code(item.item_id), " ", withheld(item).length ? badges(item) : chip("may be shown", "good")))),
    make(
      "div",
      { class: "pair" },
      section("What counts now", columnsOf(item, decimals), alsoChanged(item), item.lowest_price_30d === undefined ? null : facts([["Lowest price of 30 days", money(item.lowest_price_30d, decimals)]])),
      section("Change it", make("p", { class: "dim" }, "What is changed here counts in the very next answer, and stays until it is taken back."), changeForm(item, decimals, again)),
    ),
    section(
      "On its page",
      make("p", { class: "dim" }, `${many(ABOUT.length + 1, "shelf", "shelves")} as its page would show them now, each alone: best first, with the evidence.`),
      visitorForm(id, query),
      shelves(id, visitor),
    ),
  );
}

export async function show(main, [id], query, signal) {
  await (id === undefined ? showSearch(main, query, signal) : showProduct(main, id, query, signal));
}

