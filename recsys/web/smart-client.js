/*
 * smart-client.js: what <smart-shelf> and <smart-popup> share: asking the server and telling it what happened, session, consent, how a product is shown.
 * What comes from the server enters the page as text and attributes, never as markup.
 */
import { textsOf } from "./smart-texts.js";

const BATCH = 40; // events: far below the 64 KiB that a beacon may have
const FLUSH_MS = 5000;
const LETTERS = 160; // of a name
const memory = {};
const waiting = new Map(); // events by address
let timer;

/* Keeps a text as long as the tab (where nothing can be stored: as the page); without one gives it back. */
export function kept(name, text) {
	try {
		if (text) sessionStorage.setItem(`smartshelf.${name}`, text);
		return sessionStorage.getItem(`smartshelf.${name}`);
	} catch {
		return (memory[name] = text ?? memory[name]);
	}
}

export const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, 0)).join("");

function flush() {
	timer = clearTimeout(timer);
	waiting.forEach((events, address) => navigator.sendBeacon(address, JSON.stringify({ events })));
	waiting.clear();
}
addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => document.hidden && flush());

/* A name without what turns the letters beside it, and not endless. */
const letters = (name) => [...String(name).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, " ")].slice(0, LETTERS).join("");

/* An element: attributes (functions are handlers, undefined is left out) and children (false is left out). */
export function make(tag, part, attributes = {}, ...children) {
	const element = document.createElement(tag);
	if (tag === "button") element.type = tag;
	for (const [name, value] of Object.entries({ part, ...attributes }))
		if (typeof value === "function") element[name] = value;
		else if (value !== undefined) element.setAttribute(name, value);
	element.append(...children.filter(Boolean));
	return element;
}

export class SmartElement extends HTMLElement {
	root = this.attachShadow({ mode: "open" });

	/* An attribute; undefined where empty. */
	at(name) {
		return this.getAttribute(name) || undefined;
	}

	json(name) {
		try {
			return JSON.parse(this.at(name));
		} catch {}
	}

	get consents() {
		return this.at("consent") !== "none";
	}

	get session() {
		return this.consents ? (this.at("session-id") ?? kept("session") ?? kept("session", randomId())) : undefined;
	}

	#address(method) {
		const address = new URL(`${this.at("src") ?? new URL("..", import.meta.url)}/v1/${method}`.replace(/\/+v1/, "/v1"), document.baseURI);
		if (this.at("key")) address.searchParams.set("key", this.at("key"));
		return address;
	}

	/* A method's result, by GET unless `post`; `ahead`: milliseconds from this clock to the server's. Throws without one in time. */
	async ask(method, params, post) {
		const address = this.#address(method);
		const given = { ...params, session_id: this.session, customer_token: this.at("customer-token") };
		if (!post) for (const name in given) for (const one of [given[name] ?? []].flat()) address.searchParams.append(name, one);
		const signal = AbortSignal.timeout(this.at("timeout") ?? 1500);
		const reply = await fetch(address, { ...(post && { method: "POST", body: JSON.stringify(given) }), credentials: "omit", signal });
		if (!reply.ok) throw Error(reply.status);
		return { ...(await reply.json()), ahead: Date.parse(reply.headers.get("Date")) + 999 - Date.now() || 0 }; // Date is cut to seconds
	}

	/* Tells of an event ({event: "view", item_id: "…"}), with others unless `now`. */
	tell(event, now) {
		if (!this.consents) return;
		const address = this.#address("event").href;
		const events = [...(waiting.get(address) ?? []), { ...event, session_id: this.session }];
		waiting.set(address, events);
		if (now || events.length >= BATCH) flush();
		else timer ??= setTimeout(flush, FLUSH_MS);
	}

	/* False: a listener prevents what follows. */
	announce(name, detail) {
		return this.dispatchEvent(new CustomEvent(`${this.localName}:${name}`, { bubbles: true, composed: true, cancelable: true, detail }));
	}

	get #locale() {
		const asked = this.at("locale") ?? (this.closest("[lang]")?.lang || navigator.language);
		return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(asked) ? asked : "en";
	}

	/* A text of the page's own (attribute `texts`) or ours. */
	say(key, value) {
		return String(this.json("texts")?.[key] ?? textsOf(this.#locale)[key] ?? "").replace("{}", () => `\u2068${value}\u2069`);
	}

	number(value, options) {
		return new Intl.NumberFormat(this.#locale, options).format(value);
	}

	money(minor, digits = 2) {
		const currency = this.at("currency");
		return this.number(minor / 10 ** digits, { style: currency ? "currency" : "decimal", currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
	}

	less(share) {
		return this.number(-share, { style: "percent" });
	}

	why({ model, because_name: name }) {
		return name && /^(bought|related)/.test(model) && this.say("bought_with", letters(name));
	}

	/* An item's page or picture as the attribute says, or else the catalogue: of http, or none. */
	addressOf(item, attribute, column) {
		const href = this.at(attribute)?.replaceAll("{item_id}", encodeURIComponent(item.item_id)) ?? (item[column] || undefined);
		const link = make("a", "", { href });
		return /^https?:$/.test(link.protocol) ? link.href : undefined;
	}

	/* What a product looks like. */
	card(item, { name = item.name ?? item.item_id, price, before, badge, note }) {
		const src = this.addressOf(item, "image", "image");
		return [
			make("figure", "picture", {}, src && make("img", "image", { src, alt: "", loading: "lazy", onerror: ({ target }) => target.remove() }), badge && make("mark", "badge", {}, badge)),
			make("bdi", "name", {}, letters(name)),
			make("b", "price", {}, price && make("ins", "now", {}, price), before && make("del", "before", {}, before)),
			note && make("small", "note", {}, note),
		];
	}

	wear(rules) {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`:host { --tint: color-mix(in srgb, currentColor 8%, transparent); --round: var(--smart-radius, .75rem); }
:host([hidden]), [hidden] { display: none !important; }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
button { font: inherit; color: inherit; background: none; border: 1px solid; cursor: pointer; }
ul { margin: 0; padding: 0; list-style: none; }
figure { position: relative; margin: 0; overflow: hidden; background: var(--tint); border-radius: var(--round); }
img { width: 100%; height: 100%; object-fit: var(--smart-fit, cover); }
mark { position: absolute; inset: .4rem auto auto .4rem; padding: .1rem .5rem; border-radius: 1rem; font-size: .8rem; color: #fff; background: var(--smart-sale, #b3261e); }
bdi, small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.35; }
b { display: block; font-weight: 600; min-height: 1.5em; }
ins { text-decoration: none; margin-inline-end: .5em; }
del { font-weight: 400; opacity: .8; }
small { font-size: .8rem; }
[role=status] { position: absolute; clip-path: inset(50%); }
${rules}`);
		this.root.adoptedStyleSheets = [sheet];
	}
}
