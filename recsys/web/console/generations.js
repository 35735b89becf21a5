/* Generations: which there are, how good each is by the night's own measure, who serves what; one with its checks. Going back is
 * the operator's: the page says the command. */
import { ask, madeJson } from "./api.js";
import { chip, code, facts, foreign, make, section, table, wrong } from "./dom.js";
import { ago, bytes, count, decimal, many, percent, time } from "./words.js";

const microseconds = (iso) => (iso ? Date.parse(iso) * 1000 : null);
const VERDICTS = { passed: "good", refused: "bad", warned: "live", skipped: "" };

/* ---- all ---- */

function marks(of, served) {
  return [
    of.current ? chip("current", "good") : null,
    of.rejected ? chip(of.rejected.by === "server" ? "refused by a server" : "taken back", "bad") : null,
    of.delta_of ? chip("delta", "live") : null,
    served.has(of.generation) ? chip(`served by ${served.get(of.generation).join(", ")}`, "good") : null,
  ].flatMap((mark) => (mark ? [mark, " "] : []));
}

function list({ generations }, served) {
  const tasks = [...new Set(generations.flatMap((of) => Object.keys(of.quality)))];
  return table(
    "Generations of the store",
    [
      { title: "Generation", cell: (of) => make("a", { href: `#/generations/${encodeURIComponent(of.generation)}`, class: "mono" }, foreign(of.generation)) },
      { title: "Marks", wide: true, cell: (of) => marks(of, served) },
      { title: "Made", cell: (of) => ago(microseconds(of.made)) },
      { title: "Rows", number: true, cell: (of) => count(of.rows) },
      { title: "Products", number: true, cell: (of) => count(of.items) },
      { title: "Customers", number: true, cell: (of) => count(of.customers) },
      ...tasks.map((task) => ({ title: `quality: ${task}`, number: true, cell: (of) => decimal(of.quality[task], 4) })),
      { title: "Size", number: true, cell: (of) => bytes(of.bytes) },
    ],
    generations,
    "The store has no generation yet: smartshelf train makes one.",
  );
}

/* Who serves which: this server, those that the store's configuration names, or those behind a gateway. */
function servedBy(health, listed) {
  const served = new Map();
  const add = (generation, who) => served.set(generation, [...(served.get(generation) ?? []), who]);
  if (!health.servers) add(health.generation, "this server");
  for (const of of listed) for (const endpoint of of.served_by) add(of.generation, endpoint);
  return served;
}

function servers(list) {
  return table(
    "Servers",
    [
      { title: "Server", wide: true, cell: (server) => code(server.endpoint ?? server.server) },
      { title: "State", cell: (server) => chip(server.state, ["up", "serves"].includes(server.state) ? "good" : "bad") },
      { title: "Generation", cell: (server) => (server.generation ? code(server.generation) : "–") },
    ],
    list,
    "None is named.",
  );
}

/* ---- the night ---- */

function checks(rows) {
  const order = ["refused", "warned", "passed", "skipped"];
  const sorted = [...rows].sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  return table(
    "Checks",
    [
      { title: "Check", cell: (check) => check.name },
      { title: "Verdict", cell: (check) => chip(check.verdict, VERDICTS[check.verdict] ?? "") },
      { title: "In words", wide: true, cell: (check) => foreign(check.words ?? "") },
    ],
    sorted,
    "None.",
  );
}

function night(last) {
  if (!last) return section("The last night", make("p", { class: "dim" }, "No night has run in this store: smartshelf nightly retrains and publishes only what is no worse."));
  const good = last.outcome === "published";
  return section(
    "The last night",
    make("p", {}, chip(last.outcome ?? `at work: ${last.phase}`, good ? "good" : last.outcome ? "bad" : "live"), " ", foreign(last.words ?? "")),
    facts([
      ["Begun", last.started && time(microseconds(last.started))],
      ["Ended", last.ended && time(microseconds(last.ended))],
      ["Published last", last.last_success && ago(microseconds(last.last_success))],
      ["Trouble", last.trouble && foreign(last.trouble)],
    ]),
    last.checks?.length ? make("details", { open: !good }, make("summary", {}, many(last.checks.length, "check")), checks(last.checks)) : null,
  );
}

async function showAll(main, signal, place) {
  const health = await ask("health");
  if (place.mode === "gateway") {
    main.replaceChildren(make("h1", {}, "Generations"), make("p", { class: "dim" }, "This is a gateway before several servers: what a generation holds is told by the console of a server, beside its store."), section("Who serves what", servers(health.servers ?? [])));
    return;
  }
  const [all, last] = await Promise.all([madeJson("generations", signal), madeJson("night", signal).catch(() => null)]);
  if (signal.aborted) return;
  main.replaceChildren(
    make("h1", {}, "Generations"),
    make("p", { class: "dim" }, "Newest first. Quality is what the night that made it measured: of its configuration, trained up to a cut in the past and asked about what came after it."),
    list(all, servedBy(health, all.generations)),
    all.servers?.length ? section("Servers of the store", servers(all.servers)) : "",
    night(last),
  );
}

/* ---- one ---- */

const nested = (value) => value !== null && typeof value === "object";

function written(value) {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return time(microseconds(value));
  return typeof value === "number" ? decimal(value, 4) : typeof value === "boolean" ? (value ? "yes" : "no") : foreign(value);
}

/* What is flat as terms, what is nested as further parts. */
function described(title, values, open = true) {
  const flat = Object.entries(values).filter(([, value]) => !nested(value));
  const deep = Object.entries(values).filter(([, value]) => nested(value) && !Array.isArray(value));
  return make("details", { open }, make("summary", {}, title), facts(flat.map(([name, value]) => [name.replaceAll("_", " "), written(value)])), deep.map(([name, value]) => described(name, value)));
}

function proved({ prove = {} }) {
  const tasks = Object.entries(prove).filter(([, value]) => nested(value));
  return table(
    "How it was proved",
    [
      { title: "Task", cell: ([name]) => name },
      { title: "Questions", number: true, cell: ([, of]) => count(of.cases) },
      { title: "Customers", number: true, cell: ([, of]) => count(of.customers) },
      { title: "What was served", number: true, cell: ([, of]) => decimal(of.served, 4) },
      { title: "This one", number: true, cell: ([, of]) => decimal(of.candidate, 4) },
      { title: "Nights before", number: true, cell: ([, of]) => decimal(of.before, 4) },
      { title: "Coverage", number: true, cell: ([, of]) => (of.coverage === undefined ? "–" : percent(of.coverage)) },
    ],
    tasks,
    "It was not measured against what was served.",
  );
}

function rollback(name, current, place) {
  const from = place.config ? `--config ${place.config}` : `--store ${place.store}`;
  const words = current
    ? "It is the current one. To go back to the one before it, on the machine of the store:"
    : "To have it served again, on the machine of the store: every byte of it is checked, and the servers swap it in.";
  return section("Going back", make("p", { class: "dim" }, words), make("pre", { tabindex: "0" }, make("code", {}, `smartshelf rollback ${current ? "" : `${name} `}${from}`)));
}

async function showOne(main, name, signal, place) {
  const [{ manifest, path }, all] = await Promise.all([madeJson(`generations/${encodeURIComponent(name)}`, signal), madeJson("generations", signal)]);
  if (signal.aborted) return;
  const { night: proof, options = {}, ...rest } = manifest ?? {};
  const listed = all.generations.find((of) => of.generation === name);
  main.replaceChildren(
    make("p", { class: "trail" }, make("a", { href: "#/generations" }, "Generations")),
    make("h1", { class: "mono" }, foreign(name)),
    make("p", {}, listed ? marks(listed, servedBy(await ask("health"), all.generations)) : "", listed?.rejected?.reason ? foreign(listed.rejected.reason) : ""),
    rollback(name, Boolean(listed?.current), place),
    proof ? section("How good it is", proved(proof)) : "",
    proof ? section("Its checks", checks(Object.entries(proof.checks ?? {}).map(([check, of]) => ({ name: check, ...of })))) : "",
    section("What it was made from", described("Manifest", rest), described(many(Object.keys(options).length, "option"), options, false), make("p", { class: "dim" }, "In ", code(path))),
  );
}

export async function show(main, [name], query, signal, place) {
  if (name === undefined) return showAll(main, signal, place);
  return showOne(main, name, signal, place).catch((refusal) => {
    if (refusal.status === 401 || signal.aborted) throw refusal;
    main.replaceChildren(make("p", { class: "trail" }, make("a", { href: "#/generations" }, "Generations")), make("h1", {}, "No such generation"), wrong(refusal));
  });
}
