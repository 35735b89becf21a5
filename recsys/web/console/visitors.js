/* Sessions and customers: what the server goes by, and what it would show them. */
import { ask } from "./api.js";
import { chip, code, facts, field, foreign, make, section, table, wrong } from "./dom.js";
import { product, shelf } from "./shelf.js";
import { ago, count, decimal, incentive, many, money, SEGMENTS, time, VERDICTS } from "./words.js";

const SHELVES = ["for_you", "buy_again", "related", "cart", "popular"];

function searchForm(query) {
  const form = make(
    "form",
    {
      class: "row",
      role: "search",
      on: {
        submit: (event) => {
          event.preventDefault();
          location.hash = `#/visitors?${new URLSearchParams(new FormData(form))}`;
        },
      },
    },
    field("Session id", { name: "session", value: query.get("session") ?? "", maxlength: 255 }),
    field("Customer id", { name: "customer", value: query.get("customer") ?? "", maxlength: 255 }),
    make("button", { class: "main" }, "Show"),
  );
  return form;
}

/* ---- what they did ---- */

function deeds({ cart, bought, dismissed, seen, shown }) {
  const words = [cart > 0 && `${count(cart)} in the cart`, bought > 0 && `bought ${count(bought)}`, dismissed && "dismissed"].filter(Boolean);
  if (words.length === 0 && seen) words.push("seen");
  if (shown > 0) words.push(`shown in vain ${many(shown, "time")}`);
  return words.join(", ");
}

function lately(title, id, live) {
  if (!id) return null;
  if (!live) return section(title, make("p", { class: "dim" }, "Nothing is known of ", code(id), " lately: no event has named it, its time is over, or it was forgotten."));
  return section(
    title,
    facts([
      ["Id", code(id)],
      ["Last active", live.last_activity ? `${time(live.last_activity)} (${ago(live.last_activity)})` : "its time is over"],
      ["Offers shown", count(live.offers_shown)],
      ["An offer dismissed", live.offer_dismissed && time(live.offer_dismissed)],
      ["Last purchase", live.last_purchase && time(live.last_purchase)],
      ["Codes used", live.codes_used || null],
    ]),
    table(
      title,
      [
        { title: "Product", wide: true, cell: product },
        { title: "What", cell: deeds },
        { title: "When", cell: (item) => time(item.time) },
      ],
      live.items,
      "No product.",
    ),
  );
}

const HISTORY = 12; /* products at first */
const HISTORY_MAX = 500;

function history({ history: rows, history_count: all, generation }, more) {
  return section(
    "Bought, as the generation knows it",
    make("p", { class: "dim" }, `${many(all, "product")}, in generation `, code(generation), rows.length < all ? `; the latest ${count(rows.length)}:` : "."),
    table(
      "History",
      [
        { title: "Product", wide: true, cell: product },
        { title: "Pieces", number: true, cell: (item) => decimal(item.quantity) },
        { title: "Orders", number: true, cell: (item) => count(item.purchases) },
        { title: "Last", cell: (item) => time(item.last_bought) },
      ],
      rows,
      "Nothing.",
    ),
    rows.length < Math.min(all, HISTORY_MAX) ? make("button", { on: { click: more } }, `Show ${all > HISTORY_MAX ? `the latest ${count(HISTORY_MAX)}` : "all"}`) : null,
  );
}

/* The history with a button that puts a longer one in its place. */
function historyOf(visitor, known) {
  const shown = history(known, async () => shown.replaceWith(history(await ask("visitor", { ...visitor, fields: ["name"], limit: HISTORY_MAX }))));
  return shown;
}

function segments({ segments: names, facts: known, decimals }) {
  return section(
    "Who they are",
    make("p", {}, names.map((name) => [chip(SEGMENTS[name] ?? name, "live"), " "])),
    known &&
      facts([
        ["Orders", count(known.orders)],
        ["Worth", money(known.value, decimals)],
        ["Last order", known.last_order && time(known.last_order)],
        ["Usually every", known.interval_days && `${decimal(known.interval_days, 1)} days`],
        ["Buys most of", known.category && foreign(known.category)],
      ]),
  );
}

/* ---- offers ---- */

function offered(where, { offers, decimals }) {
  return table(
    `What is offered ${where}`,
    [
      { title: "Product", wide: true, cell: (offer) => (offer.item_id ? product(offer) : "the cart as a whole") },
      { title: "Price", number: true, cell: (offer) => money(offer.list_price, decimals) },
      { title: "Offered at", number: true, cell: (offer) => money(offer.offer_price, decimals) },
      { title: "Given", cell: (offer) => incentive(offer.incentive, decimals) },
    ],
    offers,
    "No product.",
  );
}

/* `where`, in words, tells it from the page's other decisions. */
function decided(where, decision) {
  const words = VERDICTS[decision.reason] ?? decision.reason;
  return [make("p", {}, decision.campaign ? ["Campaign ", foreign(decision.campaign), ": "] : null, `${words}.`), decision.show ? offered(where, decision) : null];
}

function open({ offers }) {
  const title = "Offers whose outcome is waited for";
  if (offers.length === 0) return section(title, make("p", { class: "dim" }, "None."));
  return section(
    title,
    offers.map(({ page, decided_at: at, closes_at: until, states, decision }) =>
      make(
        "details",
        {},
        make("summary", {}, `${time(at)}, the ${page} page: ${VERDICTS[decision.reason] ?? decision.reason}`, " ", states.map((state) => [" ", chip(state)])),
        make("div", { class: "card" }, decided(`on the ${page} page at ${time(at)}`, decision), make("p", { class: "dim" }, `What they buy until ${time(until)} is its outcome.`)),
      ),
    ),
  );
}

function preview(visitor, items) {
  const [seen] = items.map((item) => item.item_id);
  const pages = [["home", {}], ["product", { item_id: seen }], ["cart", {}]].filter(([page]) => page !== "product" || seen);
  const body = make("div");
  const look = async () => {
    try {
      const decisions = await Promise.all(pages.map(([page, params]) => ask("preview", { page, ...params, ...visitor, fields: ["name"] })));
      body.replaceChildren(...decisions.map((decision, index) => make("div", { class: "card" }, make("h3", {}, `Leaving the ${pages[index][0]} page`), decided(`on leaving the ${pages[index][0]} page`, decision))));
    } catch (refusal) {
      body.replaceChildren(wrong(refusal));
    }
  };
  return section(
    "What would be offered now",
    make("p", { class: "dim" }, "A decision without consequences: nothing is shown to them and no code is given out. While little is known, it may fall out differently each time."),
    make("button", { on: { click: look } }, "Look"),
    body,
  );
}

/* ---- the page ---- */

async function showVisitor(main, query, signal) {
  const [session, customer] = [query.get("session")?.trim(), query.get("customer")?.trim()];
  const visitor = { session_id: session || null, customer_id: customer || null };
  const known = await ask("visitor", { ...visitor, fields: ["name"], limit: HISTORY });
  if (signal.aborted) return;
  const items = (known.session ?? known.customer)?.items ?? [];
  main.replaceChildren(
    make("h1", {}, "Visitors"),
    searchForm(query),
    make("div", { class: "pair" }, lately("This session", session, known.session), lately("This customer, lately", customer, known.customer)),
    segments(known),
    customer ? historyOf(visitor, known) : "",
    open(known),
    preview(visitor, items),
    section("Shelves as they would see them", SHELVES.filter((kind) => kind !== "buy_again" || customer).filter((kind) => kind !== "related" || session).map((kind) => shelf(kind, visitor))),
  );
}

export async function show(main, path, query, signal) {
  if (query.get("session")?.trim() || query.get("customer")?.trim()) return showVisitor(main, query, signal);
  main.replaceChildren(
    make("h1", {}, "Visitors"),
    searchForm(query),
    make("p", { class: "dim" }, "What is known of a session or a customer: what they did lately, what they bought, which segments they are of, what was offered to them. Of whom was forgotten nothing is told."),
  );
}
