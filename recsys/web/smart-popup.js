/* smart-popup.js: an offer to who moves to leave. */
import { SmartElement, make, randomId, store } from "./smart-client.js";

const touch = matchMedia("(hover: none)").matches;
const triggers = JSON.parse(store["smartshelf.triggers"] ?? "{}"); // known, by page
let asking;
let shown; // a popup's dialog

const guarded = () => history.state?.smartshelf && location.href;

customElements.define("smart-popup", class extends SmartElement {
  #id; // of this view's one question
  #guard;

  start(signal) {
    if (!this.session) return;
    this.#id = randomId();
    signal.onabort = () => (this.#id = undefined);
    const on = (types, act) => types.split(" ").forEach((type) => addEventListener(type, act, { signal }));
    on("mouseout", ({ relatedTarget, clientY }) => relatedTarget || clientY > 0 || this.#leave("mouse_out"));
    let idle;
    const rest = () => {
      clearTimeout(idle);
      idle = setTimeout(() => this.#leave("idle_seconds"), 1000 * this.#triggers.idle_seconds);
    };
    on("pointerdown pointermove keydown scroll visibilitychange", rest);
    rest();
    let top = 0;
    on("scroll", () => {
      const y = scrollY;
      if (touch && top - y > 300) this.#leave("mouse_out"); // pixels in 0.4 s
      setTimeout(() => (top = y), 400);
    });
    this.#guard = guarded();
    on("pointerup", () => this.#stand());
    on("popstate", () => this.#back());
  }

  get #page() {
    return this.at("page", "home");
  }

  get #triggers() {
    return triggers[this.#page] ?? { mouse_out: true, idle_seconds: touch && 40, back_button: touch };
  }

  get #once() {
    return `smartshelf.popup.${this.at("once") === "page" ? this.#page : "session"}`;
  }

  #leave(trigger) {
    if (!document.hidden && this.#triggers[trigger]) this.open();
  }

  /* One entry by which going back is noticed. */
  #stand() {
    if (this.#guard || !this.#id || store[this.#once] || !this.#triggers.back_button) return;
    history.pushState({ ...history.state, smartshelf: true }, "");
    this.#guard = guarded();
  }

  /* Goes on back unless something is shown. */
  async #back() {
    const before = this.#guard;
    this.#guard = guarded();
    if (before === location.href && !this.#guard && !(await this.open())) history.back();
  }

  /* Is something shown? */
  async open() {
    const id = this.#id;
    if (asking || shown?.isConnected || !id || store[this.#once] || document.querySelector("dialog[open]")) return false;
    asking = true;
    const body = JSON.stringify({ ...this.visitor, request_id: id, page: this.#page, cart: this.json("cart"), fields: ["name", "url", "image"] });
    const decision = await this.ask(this.address("offers"), { method: "POST", body });
    asking = false;
    if (!decision || id !== this.#id) return false;
    this.#id = undefined;
    triggers[this.#page] = decision.triggers ?? this.#triggers;
    store["smartshelf.triggers"] = JSON.stringify(triggers);
    return decision.show && this.#show(decision);
  }

  #show(decision) {
    const { message_key, variant, offers, decimals, expires_at, ahead } = decision;
    const end = expires_at / 1000 - ahead;
    if (end < Date.now()) return false;
    store[this.#once] = "shown";
    this.digits = decimals;
    const gives = offers.some(({ incentive }) => incentive);
    const title = (gives && (this.say(`${message_key}.${variant}`) || this.say(message_key))) || this.say("title");
    const header = make("header", {}, make("h2 title", {}, title), make("button close", { onclick: () => dialog.close() }, this.say("close")));
    const list = make("ul list", { role: "list" }, ...offers.map((offer) => this.#offer(offer)));
    const time = make("p time", { role: "timer" });
    const onclose = () => {
      dialog.remove();
      offers.some(({ taken }) => taken) || this.#tell("dismiss", offers);
    };
    const dialog = (shown = make("dialog", { ariaLabel: title, closedBy: "any", onclose }, header, list, gives && time));
    this.root.replaceChildren(dialog);
    dialog.showModal();
    this.#count(end, time, list);
    setTimeout(() => dialog.isConnected && this.#tell("impression", offers), 1000);
    this.announce("shown", { decision });
    return true;
  }

  /* At the end nothing is promised. */
  #count(end, time, list) {
    const left = Math.ceil((end - Date.now()) / 1000);
    const span = (unit, count) => (count < 1 ? [] : this.write(Math.floor(count), { style: "unit", unit }));
    time.textContent = [span("hour", left / 3600), span("minute", (left / 60) % 60), span("second", left % 60)].flat().join(" ") || this.say("expired");
    if (left > 0) return time.isConnected && setTimeout(() => this.#count(end, time, list), 500);
    time.ariaLive = "polite";
    list.querySelectorAll("mark, b, div").forEach((promise) => promise.remove());
  }

  #tell = (event, offers) => offers.forEach(({ offer_id }) => this.tell({ event, offer_id }, true));

  #offer(offer) {
    const { item_id, with_name, list_price: before, offer_price: price, incentive, code } = offer;
    const { kind, amount, points } = incentive ?? {};
    const onclick = () => {
      offer.taken || this.#tell("accept", [offer]);
      offer.taken = true;
      this.announce("accepted", { offer });
    };
    const copy = ({ target }) => {
      field.select();
      if (document.execCommand("copy")) target.textContent = "✓";
      onclick();
    };
    const badge = kind && this.say(kind, points ? this.write(points) : this.money(amount));
    const name = item_id ? [offer.name ?? item_id, with_name].filter(Boolean).join(" + ") : this.say("cart");
    const card = this.card(offer, { name, price, before, badge, onclick });
    const field = make("input code", { readOnly: true, value: code, ariaLabel: name });
    return make("li offer", {}, card, code && make("div row", {}, field, make("button copy", { onclick: copy, ariaLive: "polite" }, this.say("copy"))));
  }
});
