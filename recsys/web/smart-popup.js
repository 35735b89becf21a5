/* smart-popup.js: <smart-popup page="product" item-id="…">, an offer to a visitor who moves to leave. README, "In the browser", tells its attributes. */
import { SmartElement, make, randomId, store } from "./smart-client.js";

const IDLE_S = 40; // on touch screens, until the server has told its triggers
const RUSH = 300; // pixels upwards
const RUSH_MS = 400;
const SEEN_MS = 1000;
const TITLES = { home: "dont_go", product: "lightning", cart: "last_chance" };
const STYLE = `dialog { box-sizing: border-box; width: min(30rem, 100vw - 2rem); padding: 1.5rem; border: 0; border-radius: 1rem; color: CanvasText; background: Canvas; box-shadow: 0 1rem 4rem #0006 }
::backdrop { background: #0008 }
h2 { margin: 0 2rem 0 0; line-height: 1.25 }
li { display: flow-root; margin-top: 1.25rem }
figure { float: inline-start; width: 6.5rem; height: 6.5rem; margin: 0 0 .5rem; margin-inline-end: 1rem }
figure:not(:has(img)) { height: 3rem }
[part=row], [part=accept] { clear: both; margin-bottom: .5rem }
[part=row], footer { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: space-between }
input { flex: 1 11rem; min-width: 0; padding: .5rem; font: 600 1rem monospace; text-align: center; border: 1px dashed; border-radius: .5rem; color: inherit; background: none }
a, button { padding: .5rem 1rem; text-align: center }
[part=accept] { display: block; box-sizing: border-box; width: 100%; color: Canvas; background: CanvasText; border-radius: 2rem; text-decoration: none }
[part=close] { float: inline-end; width: 2.5rem; height: 2.5rem; margin: -.8rem -.8rem 0 0; padding: 0; border: 0; font-size: 1.5rem; line-height: 1 }
[part=decline] { padding-inline: 0; border: 0; text-decoration: underline }
footer { margin-top: 1rem }
@media (prefers-reduced-motion: no-preference) { dialog { animation: rise .25s } @keyframes rise { from { opacity: 0; translate: 0 1rem } } }`;

const clock = (seconds) =>
  [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, 0))
    .join(":")
    .replace(/^00:/, "");

class SmartPopup extends SmartElement {
  static observedAttributes = ["consent", "page", "item-id"];
  #off; // ends listening
  #question; // {id} of a view of a page, then {asking}, {answered}
  #guard; // where a history entry of ours stands
  #top = {}; // where scrolling upwards began
  #active; // when the visitor last did something
  #idle; // timers
  #clock;

  constructor() {
    super(STYLE);
  }

  connectedCallback() {
    this.#off?.abort();
    this.#off = new AbortController();
    this.#question = { id: randomId() };
    clearInterval(this.#idle);
    if (!this.consents) return;
    const on = (target, types, act) =>
      types.split(" ").forEach((type) => target.addEventListener(type, act, { signal: this.#off.signal, passive: true }));
    on(document, "mouseout", ({ relatedTarget, clientY }) => relatedTarget || clientY > 0 || this.#leave("mouse-out"));
    on(document, "pointerdown pointermove keydown scroll visibilitychange", () => (this.#active = Date.now()));
    on(document, "scroll", () => this.#rush());
    on(document, "pointerup", () => this.#stand());
    on(window, "popstate", () => this.#back());
    this.#guard = history.state?.smartshelf && location.href;
    this.#active = Date.now();
    this.#idle = setInterval(() => Date.now() - this.#active > 1000 * this.#wants("idle") && this.#leave("idle"), 1000);
  }

  attributeChangedCallback() {
    if (this.#off) this.connectedCallback();
  }

  disconnectedCallback() {
    this.#off.abort();
    clearInterval(this.#idle);
    clearInterval(this.#clock);
    this.root.replaceChildren();
  }

  get #page() {
    return this.at("page") ?? "home";
  }

  get #once() {
    return `smartshelf.popup.${this.at("once") === "page" ? this.#page : "session"}`;
  }

  /* What the page allows (`triggers`) and the server wants, once it has said so; of idle the seconds. */
  #wants(trigger) {
    const touch = matchMedia("(hover: none)").matches;
    const told = JSON.parse(store["smartshelf.triggers"] ?? null) ?? { mouse_out: true, idle_seconds: touch && IDLE_S, back_button: touch };
    const wanted = { "mouse-out": told.mouse_out, scroll: told.mouse_out && touch, back: told.back_button, idle: told.idle_seconds || Infinity };
    return (this.at("triggers") ?? trigger).split(" ").includes(trigger) && wanted[trigger];
  }

  #leave(trigger) {
    if (!document.hidden && this.#wants(trigger)) this.open();
  }

  #rush() {
    const now = { y: scrollY, at: Date.now() };
    if (!(now.y < this.#top.y) || now.at - this.#top.at > RUSH_MS) this.#top = now;
    else if (this.#top.y - now.y > RUSH) this.#leave("scroll");
  }

  /* One entry before which going back is noticed, and no second. */
  #stand() {
    if (this.#guard || this.#question.answered || store[this.#once] || !this.#wants("back")) return;
    history.pushState({ ...history.state, smartshelf: true }, "");
    this.#guard = location.href;
  }

  /* Who went back over it goes on going back unless there is something to show. */
  async #back() {
    const before = this.#guard;
    this.#guard = history.state?.smartshelf && location.href;
    if (before === location.href && !this.#guard && !(await this.open())) history.back();
  }

  /* Asks what to offer, and shows it. True: something is shown. */
  async open() {
    const question = this.#question;
    if (question.asking || question.answered || !this.consents || store[this.#once] || document.querySelector("dialog[open]")) return false;
    question.asking = true;
    const params = {
      page: this.#page,
      item_id: this.at("item-id"),
      cart: this.json("cart"),
      fields: ["name", "url", "image"],
      request_id: question.id,
    };
    const decision = await this.ask("offers", params, true).catch(() => {});
    question.asking = false;
    if (!decision) return false;
    question.answered = true;
    if (decision.triggers) store["smartshelf.triggers"] = JSON.stringify(decision.triggers);
    return decision.show && this.isConnected && question === this.#question && this.#show(decision);
  }

  #show(decision) {
    const { message_key, variant, offers, expires_at, ahead } = decision;
    const left = () => Math.max(0, Math.floor((expires_at / 1000 - Date.now() - ahead) / 1000));
    if (!left()) return false;
    store[this.#once] = "shown";
    const text = this.say(`${message_key}.${variant}`) || this.say(message_key) || this.say(TITLES[this.#page]);
    const [list, time, status] = [make("ul list", { role: "list" }), make("time", { role: "timer" }), make("p status", { role: "status" })];
    const button = (part, ...inside) =>
      make(`button ${part}`, { type: "button", ariaLabel: this.say("decline"), onclick: () => dialog.close() }, ...inside);
    const footer = make("footer", {}, time, button("decline", this.say("decline")));
    const dialog = make(
      "dialog",
      { ariaLabel: text, closedBy: "any", onclose: () => this.#closed(offers) },
      button("close", "×"),
      make("h2 title", {}, text),
      list,
      footer,
      status,
    );
    const fill = (over) => list.replaceChildren(...offers.map((offer) => this.#offer(offer, decision, over, status)));
    const tick = () => {
      time.textContent = left() ? this.say("left", clock(left())) : this.say("expired");
      if (left() && left() !== 60) return;
      status.textContent = time.textContent;
      if (!left()) (clearInterval(this.#clock), fill(true));
    };
    fill();
    tick();
    clearInterval(this.#clock);
    this.#clock = setInterval(tick, 500);
    this.root.replaceChildren(dialog);
    dialog.showModal();
    setTimeout(() => dialog.open && this.#tell("impression", offers), SEEN_MS);
    this.announce("shown", { decision });
    return true;
  }

  #tell(event, offers) {
    for (const { offer_id } of offers) this.tell({ event, offer_id }, true);
  }

  #closed(offers) {
    clearInterval(this.#clock);
    this.root.replaceChildren();
    if (offers.some(({ taken }) => taken)) return;
    this.#tell("dismiss", offers);
    this.announce("dismissed", { offers });
  }

  /* One of the products, or the cart as a whole; `over`: of what has expired there is only the product left. */
  #offer(offer, decision, over, status) {
    const { item_id, name = item_id, with_name, list_price, offer_price, incentive, code, reason } = offer;
    const money = (minor) => this.money(minor, decision.decimals);
    const price = over ? list_price : offer_price;
    const link = item_id && this.linked("href", offer, "link", "url");
    const take = () => {
      if (!offer.taken) this.#tell("accept", [offer]);
      offer.taken = true;
    };
    const accept = (event) => {
      take();
      if (!this.announce("accepted", { offer, decision })) event.preventDefault();
      if (!link) this.root.firstChild.close();
    };
    const copy = async ({ target }) => {
      field.select();
      const copied = await navigator.clipboard?.writeText(code).then(
        () => true,
        () => false,
      );
      if (copied || document.execCommand("copy")) target.textContent = status.textContent = "✓";
      take();
    };
    const field = make("input code", { readOnly: true, value: code, ariaLabel: this.say("code") });
    const looks = {
      name: item_id ? [name, with_name].filter(Boolean).join(" + ") : this.say("cart"),
      price: money(price),
      before: price < list_price && money(list_price),
      badge: !over && incentive && this.#gives(incentive, money),
      note: this.why(reason),
    };
    const row = !over && code && make("div row", {}, field, make("button copy", { type: "button", onclick: copy }, this.say("copy")));
    const button = (item_id || !over) && make(link ? "a accept" : "button accept", { onclick: accept, ...link }, this.say("accept"));
    return make("li offer", {}, ...this.card(offer, looks), row, button);
  }

  #gives({ kind, percent, amount, points }, money) {
    if (percent && kind !== "cashback") return this.less(percent / 100);
    return kind === "amount" ? money(-amount) : this.say(kind, kind === "points" ? this.number(points) : money(amount));
  }
}

customElements.define("smart-popup", SmartPopup);
