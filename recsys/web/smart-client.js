/*
 * smart-client.js: what <smart-shelf> and <smart-popup> have in common: asking the server and telling it what happened, the visitor's session and consent,
 * how texts and prices are written and what a product looks like. What comes from the server enters the page as text and as addresses that were
 * looked at, never as markup.
 */
import { textsOf } from "./smart-texts.js";

const BATCH = 40; // events of a beacon, far below its 64 KiB
const waiting = new Map(); // events by address

/* Lasts as long as the tab, or as the page where nothing may be stored. */
export const store = (() => {
  try {
    return sessionStorage;
  } catch {
    return {};
  }
})();

export const randomId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function flush() {
  waiting.forEach((events, address) => navigator.sendBeacon(address, JSON.stringify({ events })));
  waiting.clear();
}
addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => document.hidden && flush());

/* A name, not endless and without what turns the letters beside it. */
const letters = (name) => [...String(name).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, " ")].slice(0, 160).join("");

/* "tag" or "tag part", with properties and children, of which false is left out. */
export function make(kind, properties, ...children) {
  const [tag, part = tag] = kind.split(" ");
  const element = Object.assign(document.createElement(tag), { part }, properties);
  element.append(...children.filter(Boolean));
  return element;
}

export class SmartElement extends HTMLElement {
  root = this.attachShadow({ mode: "open" });

  constructor(rules) {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE + rules);
    this.root.adoptedStyleSheets = [sheet];
  }

  /* An attribute; undefined where there is none, or an empty one. */
  at(name) {
    return this.getAttribute(name) || undefined;
  }

  /* An attribute that is JSON; undefined where it is not. */
  json(name) {
    try {
      return JSON.parse(this.at(name));
    } catch {}
  }

  get consents() {
    return this.at("consent") !== "none";
  }

  /* The shop's own, or a random one for as long as the tab; undefined without consent. */
  get session() {
    if (this.consents) return this.at("session-id") ?? (store["smartshelf.session"] ??= randomId());
  }

  #address(method, params) {
    const address = new URL(`${this.at("src") ?? new URL("..", import.meta.url)}/v1/${method}`.replace(/\/+v1/, "/v1"), document.baseURI);
    for (const [name, value] of Object.entries({ ...params, key: this.at("key") }))
      for (const one of [value ?? []].flat()) address.searchParams.append(name, one);
    return address.href;
  }

  /* A method's result; `ahead`: milliseconds from this clock to the server's. Throws without one in time. None needs a preflight. */
  async ask(method, params, post) {
    params = { ...params, session_id: this.session, customer_token: this.at("customer-token") };
    const how = {
      method: post ? "POST" : "GET",
      body: post && JSON.stringify(params),
      credentials: "omit",
      signal: AbortSignal.timeout(this.at("timeout") ?? 1500),
    };
    const reply = await fetch(this.#address(method, !post && params), how);
    if (!reply.ok) throw Error(reply.status);
    return { ...(await reply.json()), ahead: Date.parse(reply.headers.get("Date")) + 999 - Date.now() || 0 }; // Date is cut to seconds
  }

  /* Tells of {event: "view", item_id: "…"}, with others unless `now`. */
  tell(event, now) {
    if (!this.consents) return;
    const address = this.#address("event");
    const events = [...(waiting.get(address) ?? []), { ...event, session_id: this.session }];
    waiting.set(address, events);
    if (now || events.length >= BATCH) flush();
  }

  /* False: a listener prevents what follows. */
  announce(name, detail) {
    return this.dispatchEvent(new CustomEvent(`${this.localName}:${name}`, { bubbles: true, cancelable: true, detail }));
  }

  get #locale() {
    const asked = this.at("locale") ?? (this.closest("[lang]")?.lang || navigator.language);
    return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(asked) ? asked : "en";
  }

  /* One of the texts, the page's own before ours, with a value in its place. */
  say(key, value) {
    return String(this.json("texts")?.[key] ?? textsOf(this.#locale)[key] ?? "").replace("{}", () => `\u2068${value}\u2069`);
  }

  number(value, options) {
    return value.toLocaleString(this.#locale, options);
  }

  money(minor, digits = 2) {
    const currency = this.at("currency");
    return this.number(minor / 10 ** digits, {
      style: currency ? "currency" : "decimal",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }

  less(share) {
    return this.number(-share, { style: "percent" });
  }

  /* Why a product is there, where it is for another one. */
  why({ model, because_name: name } = {}) {
    return name && /^(bought|related)/.test(model) && this.say("bought_with", letters(name));
  }

  /* {property: the address of an item's page or picture}, where it is of http. */
  linked(property, item, attribute, column) {
    const made = item.item_id && this.at(attribute)?.replaceAll("{item_id}", encodeURIComponent(item.item_id));
    const { href, protocol } = make("a", { href: made || item[column] || "none:" });
    return /^https?:$/.test(protocol) && { [property]: href };
  }

  /* What a product looks like, as children of whatever holds it. */
  card(item, { name = item.name ?? item.item_id, price, before, badge, note }) {
    const src = this.linked("src", item, "image", "image");
    const image = src && make("img image", { alt: "", loading: "lazy", onerror: () => image.remove(), ...src });
    return [
      make("figure picture", {}, image, badge && make("mark badge", {}, badge)),
      make("span name", {}, make("bdi", {}, letters(name))),
      make("b price", {}, price, before && make("del before", {}, before)),
      note && make("small note", {}, note),
    ];
  }
}

const STYLE = `[hidden], :host([hidden]) { display: none !important }
:focus-visible { outline: 2px solid; outline-offset: 2px }
button { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 2rem; cursor: pointer }
ul, figure { margin: 0; padding: 0; list-style: none }
figure { position: relative; overflow: hidden; background: color-mix(in srgb, currentColor 8%, transparent); border-radius: .75rem }
img { width: 100%; height: 100%; object-fit: cover }
mark { position: absolute; inset: .4rem auto auto .4rem; padding: .1rem .5rem; border-radius: 1rem; font-size: .8rem; color: #fff; background: var(--smart-sale, #b3261e) }
span, small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.35 }
b { display: block; min-height: 1.5em; overflow: hidden }
del { margin-inline-start: .5em; font-weight: 400; opacity: .8 }
[role=status] { position: absolute; clip-path: inset(50%) }
`;
