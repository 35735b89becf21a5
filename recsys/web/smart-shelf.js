/* smart-shelf.js: a carousel of products. */
import { SmartElement, make } from "./smart-client.js";

const waiting = new Map(); // questions, by the page that answers all

/* As one page, no product twice; each alone where one is a mistake. */
async function ask(all, page) {
  waiting.delete(page);
  const group = all.filter(({ signal }) => !signal.aborted);
  const [first, second] = group;
  const answer = await first?.element.ask(second ? `${page}&shelves=${group.map(({ shelf }) => shelf)}` : first.address);
  if (second && answer?.error) return group.forEach((one) => ask([one]));
  group.forEach(({ signal, show }, i) => signal.aborted || show({ ...answer, ...answer?.shelves?.[i] }));
}

/* Pages on, and says where. */
function turn(list, pages, status) {
  const places = list.children;
  const width = list.scrollWidth / places.length;
  const many = Math.floor(list.clientWidth / width + 0.1) || 1;
  const first = Math.max(0, Math.min(Math.round(Math.abs(list.scrollLeft) / width) + pages * many, places.length - many));
  list.scrollLeft = places[first].offsetLeft - places[0].offsetLeft;
  status.value = `${first + 1}–${first + many} / ${places.length}`;
}

/* Half visible for a second: an impression. */
const seen = new IntersectionObserver((entries) => entries.forEach(look), { threshold: 0.5 });
function look({ target, intersectionRatio: share }) {
  clearTimeout(target.timer);
  target.timer = share >= 0.5 && setTimeout(count, 1000, target);
}
function count(place) {
  seen.unobserve(place);
  document.hidden ? seen.observe(place) : place.tell("impression");
}

customElements.define("smart-shelf", class extends SmartElement {
  start(signal) {
    const [kind, limit] = [this.at("kind", "related"), this.at("limit", 8)];
    const list = this.#build(limit);
    const cart = [this.json("cart") ?? []].flat().map((line) => line.item_id ?? line);
    const params = { ...this.visitor, cart, "filter.category": this.at("category"), fields: "name,price,url,image,lowest_price_30d" };
    const page = this.address("page", params);
    const question = { element: this, signal, address: this.address(kind, { ...params, limit }), shelf: `${kind}:${limit}`, show: (answer) => this.#show(list, kind, answer) };
    waiting.set(page, [...(waiting.get(page) ?? []), question]);
    setTimeout(() => waiting.forEach(ask));
  }

  #build(limit) {
    const list = make("ul list", { role: "list" }, ...Array.from({ length: Math.min(limit, 12) }, () => make("li item", { inert: true }, this.card({}, { name: " " }))));
    const status = make("output status");
    const button = (part, pages, text) => make(`button ${part}`, { ariaLabel: this.say(part), onclick: () => turn(list, pages, status) }, text);
    const [back, on] = [button("previous", -1, "‹"), button("next", 1, "›")];
    list.onscroll = () => {
      const at = Math.abs(list.scrollLeft);
      back.ariaDisabled = at < 2;
      on.ariaDisabled = at > list.scrollWidth - list.clientWidth - 2;
    };
    list.onkeydown = ({ key }) => {
      const end = { Home: list.firstChild, End: list.lastChild }[key];
      end?.firstChild.focus();
      return !end;
    };
    new ResizeObserver(list.onscroll).observe(list);
    const heading = this.at("heading", this.say("heading"));
    const header = make("header", {}, make("h2 heading", {}, heading), status, back, on);
    this.root.replaceChildren(make("section", { ariaLabel: heading, ariaBusy: true }, header, list));
    this.hidden = false;
    return list;
  }

  /* Or else what stands between the tags. */
  #show(list, shelf, { items, decimals, generation }) {
    const answered = Array.isArray(items);
    list.parentNode.ariaBusy = false;
    this.digits = decimals;
    this.hidden = answered ? items.length < this.at("min", 1) : !this.childElementCount;
    if (answered) list.replaceChildren(...items.map((item) => this.#place(item, { shelf, generation })));
    else list.replaceWith(make("slot"));
    list.onscroll();
    this.announce("loaded", { items });
  }

  #place(item, source) {
    const { item_id, price, lowest_price_30d: before } = item;
    const tell = (event, now) => this.tell({ event, item_id, ...source }, now);
    const note = price < before && this.say("lowest", this.money(before));
    const place = make("li item", { tell }, this.card(item, { price, before, note, onclick: () => tell("click", true) }));
    seen.observe(place);
    return place;
  }
});
