/* smart-shelf.js: <smart-shelf kind="related" item-id="…">, a carousel of one shelf's products. README, "In the browser", tells its attributes. */
import { SmartElement, make } from "./smart-client.js";

const NEAR = "300px"; // to being seen: then it asks
const SEEN_MS = 1000; // half visible for so long is an impression
const STYLE = `:host { display: block; --card: var(--smart-card, 11rem) }
header { display: flex; align-items: center; min-height: 3rem }
h2 { flex: 1; margin: 0; font-size: 1.35rem }
button { width: 2.5rem; height: 2.5rem; margin-inline-start: .5rem; padding: 0 0 .2rem; font-size: 1.5rem; line-height: 1 }
[aria-disabled=true] { opacity: .4 }
ul { display: flex; gap: var(--smart-gap, 1rem); margin: -.25rem; padding: .25rem; overflow: auto hidden; scroll-snap-type: x proximity; scroll-padding: .25rem; scrollbar-width: none }
li { flex: none; width: var(--card); scroll-snap-align: start }
a { display: block; min-height: calc(var(--card) + 7.5rem); color: inherit; text-decoration: none; border-radius: .75rem }
a:hover span { text-decoration: underline }
figure { height: var(--card) }
span { height: 2.7em; margin: .6rem 0 .2rem }
@media (prefers-reduced-motion: no-preference) {
ul { scroll-behavior: smooth }
[aria-busy=true] figure { animation: wait 1s infinite alternate }
@keyframes wait { to { opacity: .4 } }
}`;

class SmartShelf extends SmartElement {
  static observedAttributes =
    "src key kind item-id session-id customer-token cart category limit heading locale currency consent texts link image min reasons".split(" ");
  #part; // by names; undefined: not in a page
  #turn; // of asking: the answer to an earlier one comes too late
  #near = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#load(), { rootMargin: NEAR });
  #seen = new IntersectionObserver((entries) => entries.forEach((entry) => this.#look(entry)), { threshold: 0.5 });

  constructor() {
    super(STYLE);
  }

  /* Places for products, which are asked for when they are nearly seen. */
  connectedCallback() {
    this.#end();
    this.hidden = false;
    const empty = () => make("li item", { ariaHidden: true }, make("a link", {}, ...this.card({}, { name: " " })));
    const places = Array.from({ length: Math.min(this.#limit, 12) }, empty);
    const list = make("ul list", { role: "list", onscroll: () => this.#mark(), onkeydown: (event) => this.#key(event) }, ...places);
    const button = (part, sign, text) => make(`button ${part}`, { type: "button", ariaLabel: this.say(part), onclick: () => this.#page(sign) }, text);
    const [back, on] = [button("previous", -1, "‹"), button("next", 1, "›")];
    const buttons = make("div buttons", { hidden: true }, back, on);
    const [slot, status] = [make("slot", { hidden: true }), make("p status", { role: "status" })];
    const heading = this.at("heading") ?? this.say({ bought_next: "related", cart: "related" }[this.#kind] ?? this.#kind);
    const header = make("header", {}, make("h2 heading", {}, heading), buttons);
    const section = make("section", { ariaLabel: heading, ariaBusy: true }, header, list, slot, status);
    this.#part = { section, list, buttons, back, on, slot, status };
    this.root.replaceChildren(section);
    this.#near.observe(this);
  }

  attributeChangedCallback() {
    if (this.#part) this.connectedCallback();
  }

  disconnectedCallback() {
    this.#end();
    this.#part = undefined;
  }

  get #kind() {
    return this.at("kind") ?? "related";
  }

  get #limit() {
    return this.at("limit") ?? 8;
  }

  get #leftwards() {
    return getComputedStyle(this).direction === "rtl";
  }

  #end() {
    this.#turn = {};
    this.#near.disconnect();
    this.#seen.disconnect();
  }

  async #load() {
    this.#end();
    const turn = this.#turn;
    const cart = [this.json("cart") ?? []].flat().map((line) => line.item_id ?? line);
    const params = {
      item_id: this.at("item-id"),
      cart,
      "filter.category": this.at("category"),
      limit: this.#limit,
      fields: "name,price,url,image,lowest_price_30d",
    };
    const answer = await this.ask(this.#kind, params).catch(() => {});
    const shown = Array.isArray(answer?.items) ? answer : await this.#fallBack();
    if (turn === this.#turn) this.#show(shown);
  }

  /* The page's own list: what stands between the tags, or a file of items. */
  async #fallBack() {
    const file = !this.childElementCount && this.at("fallback");
    const list =
      file &&
      (await fetch(file)
        .then((reply) => reply.json())
        .catch(() => {}));
    return { still: true, ...list, items: [list?.items ?? (list || [])].flat() };
  }

  #show({ items, decimals, generation, still = false }) {
    const { section, list, slot } = this.#part;
    section.ariaBusy = false;
    list.hidden = still && this.childElementCount > 0;
    slot.hidden = !list.hidden;
    this.hidden = slot.hidden && items.length < (this.at("min") ?? 1);
    list.replaceChildren(...items.map((item) => this.#place(item, decimals, !still && { item_id: item.item_id, shelf: this.#kind, generation })));
    if (!list.querySelector("[href]")) list.tabIndex = 0;
    this.#mark();
    this.announce("loaded", { items, fallback: still });
  }

  /* `facts`: what events tell of it; none of a fallback. */
  #place(item, decimals, facts) {
    const { price, lowest_price_30d: lowest } = item;
    const before = price < lowest && this.money(lowest, decimals);
    const badge = before && this.less(1 - price / lowest);
    const note = before ? this.say("lowest", before) : this.hasAttribute("reasons") && this.why(item.reason);
    const onclick = (event) => {
      if (event.button > 1) return;
      if (facts) this.tell({ event: "click", ...facts }, true);
      if (!this.announce("clicked", { item })) event.preventDefault();
    };
    const looks = this.card(item, { price: price >= 0 && this.money(price, decimals), before, badge, note });
    const place = make("li item", { facts }, make("a link", { onclick, onauxclick: onclick, ...this.linked("href", item, "link", "url") }, ...looks));
    if (facts) this.#seen.observe(place);
    return place;
  }

  #look({ target, isIntersecting }) {
    clearTimeout(target.timer);
    if (isIntersecting) target.timer = setTimeout(() => this.#impression(target), SEEN_MS);
  }

  #impression(place) {
    if (document.hidden || !place.isConnected) return;
    this.#seen.unobserve(place);
    this.tell({ event: "impression", ...place.facts });
  }

  /* Is there more to either side? */
  #mark() {
    const { list, buttons, back, on } = this.#part;
    const [at, room] = [Math.abs(list.scrollLeft), list.scrollWidth - list.clientWidth];
    buttons.hidden = room < 2;
    back.ariaDisabled = at < 2;
    on.ariaDisabled = at > room - 2;
  }

  #page(sign) {
    const { list, status } = this.#part;
    const [places, side] = [list.children, this.#leftwards ? "right" : "left"];
    const width = list.scrollWidth / places.length;
    const many = Math.max(1, Math.floor(list.clientWidth / width));
    const to = Math.max(0, Math.min(Math.round(Math.abs(list.scrollLeft) / width) + sign * many, places.length - many));
    list.scrollBy({ left: places[to].getBoundingClientRect()[side] - list.getBoundingClientRect()[side] });
    status.textContent = `${to + 1}–${to + many} / ${places.length}`;
  }

  #key(event) {
    const links = [...this.#part.list.querySelectorAll("[href]")];
    const [on, step] = [links.indexOf(this.root.activeElement), this.#leftwards ? -1 : 1];
    const next = links[{ Home: 0, End: links.length - 1, ArrowLeft: on - step, ArrowRight: on + step }[event.key]];
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    next.focus();
  }
}

customElements.define("smart-shelf", SmartShelf);
