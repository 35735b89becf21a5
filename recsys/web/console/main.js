/* The console's frame: who is let in, which part is shown. Each part is a module with `show(main, path, query, signal)`. */
import { about, ask, entered, logIn, logOut, Refusal } from "./api.js";
import { chip, code, field, make, notice, wrong } from "./dom.js";
import * as generations from "./generations.js";
import * as live from "./live.js";
import * as offers from "./offers.js";
import * as products from "./products.js";
import * as visitors from "./visitors.js";

const PARTS = [
  ["products", "Products", products],
  ["visitors", "Visitors", visitors],
  ["offers", "Offers", offers],
  ["generations", "Generations", generations],
  ["live", "Live", live],
];

const main = document.getElementById("main");
const nav = document.getElementById("nav");
const whereabouts = document.getElementById("whereabouts");
let place = null; /* what `about` says, once somebody is let in */
let leaving = new AbortController(); /* of the part that is shown */

/* ---- who is let in ---- */

async function tryKey(event) {
  event.preventDefault();
  const form = event.target;
  const key = new FormData(form).get("key").trim();
  form.querySelector(".notice")?.remove();
  form.querySelector("button").disabled = true;
  try {
    await logIn(key);
    await start();
  } catch (refusal) {
    const words = refusal.status === 401 || refusal.status === 403 || refusal.status === 400 ? "That is no secret key of this server." : refusal.message;
    form.append(notice("wrong", words));
    form.querySelector("button").disabled = false;
  }
}

function showLogin() {
  nav.hidden = true;
  whereabouts.replaceChildren();
  document.title = "Log in · Smart Shelf console";
  main.replaceChildren(
    make(
      "form",
      { class: "login", on: { submit: tryKey } },
      make("h1", {}, "Log in"),
      make("p", { class: "dim" }, "The console shows what customers did and changes what the shop shows: it takes one of the server's secret keys (", code("smartshelf keygen --http"), ")."),
      field("Secret key", { name: "key", type: "password", required: true, autocomplete: "current-password", spellcheck: "false", placeholder: "sk_…" }),
      make("div", { class: "actions" }, make("button", { class: "main" }, "Log in")),
    ),
  );
  main.querySelector("input").focus();
}

async function leave() {
  await logOut().catch(() => {});
  place = null;
  leaving.abort();
  showLogin();
}

/* ---- parts ---- */

/* "#/product/A%201?x=1" → ["product", "A 1"], and the query. */
function address() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean);
  try {
    return [parts.map(decodeURIComponent), new URLSearchParams(query)];
  } catch {
    return [[], new URLSearchParams()];
  }
}

function showNav(current) {
  nav.hidden = false;
  nav.replaceChildren(...PARTS.map(([name, title]) => make("a", { href: `#/${name}`, "aria-current": name === current ? "page" : null }, title)));
}

async function showPart() {
  const [path, query] = address();
  const [name, title, part] = PARTS.find(([known]) => known === path[0]) ?? PARTS[0];
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  showNav(name);
  document.title = `${title} · Smart Shelf console`;
  main.replaceChildren(make("h1", {}, title), make("p", { class: "dim" }, "One moment…"));
  try {
    await part.show(main, path.slice(1), query, signal, place);
  } catch (refusal) {
    if (signal.aborted) return;
    if (refusal.status === 401) return showLogin();
    if (!(refusal instanceof Refusal)) console.error(refusal);
    main.replaceChildren(make("h1", {}, title), wrong(refusal));
  }
  if (!signal.aborted) main.querySelector("h1")?.setAttribute("tabindex", "-1");
}

async function showWhereabouts() {
  const health = await ask("health").catch((refusal) => ({ status: refusal.message }));
  whereabouts.replaceChildren(
    chip(place.mode === "gateway" ? "gateway" : "server", ""),
    chip(health.status, health.status === "ok" ? "good" : "bad"),
    ...(place.keys ? [make("button", { class: "quiet", on: { click: leave } }, "Log out")] : []),
  );
}

async function start() {
  if (!(await entered())) return showLogin();
  try {
    place = await about();
  } catch (refusal) {
    if (refusal.status === 401 || refusal.status === 403) return showLogin();
    return main.replaceChildren(make("h1", {}, "Smart Shelf"), wrong(refusal));
  }
  showWhereabouts();
  await showPart();
}

window.addEventListener("hashchange", () => {
  if (!place) return;
  showPart().then(() => main.querySelector("h1")?.focus());
});
start();
