/* smart-client.js: what both elements share. Nothing that the server says becomes markup. */
import { textOf } from "./smart-texts.js";

const untold = []; // events, for
let teller; // this address

export const randomId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

/* The tab's, or the page's. */
export let store = {};
try {
  store = sessionStorage;
} catch {}

function flush() {
  if (untold[0]) navigator.sendBeacon(teller, JSON.stringify({ events: untold.splice(0) }));
}
addEventListener("visibilitychange", () => document.hidden && flush());

/* "tag" or "tag part"; no false children. */
export function make(kind, properties, ...children) {
  const [tag, part = tag] = kind.split(" ");
  const element = Object.assign(document.createElement(tag), { part }, properties);
  element.append(...children.filter(Boolean));
  return element;
}

export class SmartElement extends HTMLElement {
  static observedAttributes = "kind page item-id cart session-id customer-token consent locale".split(" ");
  root = this.attachShadow({ mode: "open" });
  #life = new AbortController();

  /* Once for many attributes. */
  async connectedCallback() {
    this.#life.abort();
    const { signal } = (this.#life = new AbortController());
    this.root.adoptedStyleSheets = [looks];
    await null;
    signal.aborted || this.start(signal);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.connectedCallback();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.root.replaceChildren();
  }

  at = (name, otherwise) => this.getAttribute(name) || otherwise;
  json = (name) => JSON.parse(this.at(name, null)) ?? undefined;

  get session() {
    if (this.at("consent") !== "none") return this.at("session-id") ?? (store["smartshelf.session"] ??= randomId());
  }

  get visitor() {
    return { item_id: this.at("item-id"), session_id: this.session, customer_token: this.at("customer-token") };
  }

  address(method, params) {
    const address = new URL(this.at("src", new URL("..", import.meta.url).href).replace(/\/*$/, `/v1/${method}`), location);
    for (const [name, value] of Object.entries({ ...params, key: this.at("key") }))
      for (const one of [value ?? []].flat()) address.searchParams.append(name, one);
    return address.href;
  }

  /* Undefined: no answer in time; `error`: our mistake; `ahead`: milliseconds to the server's clock. */
  async ask(address, how) {
    try {
      const reply = await fetch(address, { signal: AbortSignal.timeout(this.at("timeout", 1500)), ...how });
      const ahead = Date.parse(reply.headers.get("Date")) + 999 - Date.now() || 0; // Date is cut to seconds
      if (reply.ok || reply.status === 400) return { ...(await reply.json()), ahead };
    } catch {}
  }

  /* `now`, or when the page is left. */
  tell(event, now) {
    const [address, session_id] = [this.address("event"), this.session];
    if (!session_id) return;
    if (address !== teller || untold[0]?.session_id !== session_id || untold.length > 40) flush(); // 50 of one may be told
    teller = address;
    untold.push({ ...event, session_id });
    if (now) flush();
  }

  announce = (name, detail) => this.dispatchEvent(new CustomEvent(`${this.localName}:${name}`, { bubbles: true, detail }));

  get #locale() {
    const asked = this.at("locale", this.closest("[lang]")?.lang || navigator.language);
    return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(asked) ? asked : "en";
  }

  /* The page's text or ours, with a value for {}. */
  say(key, value) {
    return (this.json("texts")?.[key] ?? textOf(this.#locale, key) ?? "").replace("{}", () => `\u2068${value}\u2069`);
  }

  write = (value, options) => value.toLocaleString(this.#locale, options);

  money(minor) {
    const currency = this.at("currency");
    return this.write(minor / 10 ** this.digits, { style: currency && "currency", currency, minimumFractionDigits: this.digits });
  }

  /* {property: an address of http}. */
  #linked(property, item, pattern, column) {
    const made = item.item_id && this.at(pattern)?.replaceAll("{item_id}", encodeURIComponent(item.item_id));
    const { href } = make("a", { href: made || item[column] || "none:" });
    return /^https?:/.test(href) && { [property]: href };
  }

  /* A product as a link; `before`: a higher price. */
  card(item, { name = item.name ?? item.item_id, price, before, badge, note, onclick }) {
    const less = price < before;
    const mark = less ? this.write(price / before - 1, { style: "percent" }) : badge;
    const src = this.#linked("src", item, "image", "image");
    const initial = make("i initial", { ariaHidden: true }, item.item_id && name.match(/[\p{L}\d]/u)?.[0]);
    const onauxclick = ({ button }) => button === 1 && onclick(); // a new tab
    return make(
      "a link",
      { onclick, onauxclick, ...this.#linked("href", item, "link", "url") },
      make("figure picture", {}, mark && make("mark badge", {}, mark), src ? make("img image", { alt: "", loading: "lazy", onerror: ({ target }) => target.replaceWith(initial), ...src }) : initial),
      make("span name", { dir: "auto" }, name.slice(0, 200)),
      make("b price", {}, price >= 0 && this.money(price), less && make("del before", {}, this.money(before))),
      note && make("small note", {}, note),
    );
  }
}

const looks = new CSSStyleSheet();
looks.replaceSync(`:host(:not([hidden])) { display: block }
header, div { display: flex; gap: .5rem }
header { align-items: center; min-height: 3rem }
h2 { flex: 1; margin: 0; font-size: 1.35rem }
button, input { padding: .5rem 1rem; font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 2rem }
output { position: absolute; opacity: 0 }
i, [aria-disabled=true] { opacity: .4 }
section:not(:has([aria-disabled=false])) button { visibility: hidden }
ul, figure { margin: 0; padding: 0; list-style: none }
a { display: block; color: inherit; text-decoration: none; outline-offset: -2px }
figure { position: relative; aspect-ratio: 1; overflow: hidden; background: #8882; border-radius: .75rem }
img, i { width: 100%; height: 100%; object-fit: cover }
i { display: grid; place-items: center; font: 3rem system-ui }
mark { position: absolute; margin: .4rem; padding: .1rem .5rem; border-radius: 1rem; font-size: .8rem; color: #fff; background: var(--smart-sale, #b3261e) }
span, small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.35; text-align: -webkit-match-parent }
b { display: block; overflow: hidden }
del { margin: .5em; font-weight: 400 }
section {
ul { display: flex; gap: var(--smart-gap, 1rem); min-height: calc(var(--smart-card, 11rem) + 7.5rem); overflow: auto hidden; scroll-snap-type: x mandatory; scrollbar-width: none }
li { flex: none; width: var(--smart-card, 11rem); scroll-snap-align: start }
span { height: 2.7em; margin: .6rem 0 .2rem }
}
dialog { width: 28rem; padding: 1rem; border: 0; border-radius: 1rem;
a { display: grid; grid: auto / 6.5rem 1fr; gap: 0 1rem; margin-top: 1rem }
figure { grid-row: span 3 }
figure:has(i:empty) { aspect-ratio: 2 }
div { margin-top: .5rem }
input { flex: 1; min-width: 0; text-align: center; border-style: dashed }
}
::backdrop { background: #0008 }
@media (prefers-reduced-motion: no-preference) { ul { scroll-behavior: smooth } }`);
