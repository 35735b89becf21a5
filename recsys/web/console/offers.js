/* Offers: what the budgets hold, what was decided; and the two reports, each made aside and shown in a frame where nothing runs. */
import { ask, made } from "./api.js";
import { chip, foreign, make, notice, section, table, wrong } from "./dom.js";
import { count, many, money, percent, VERDICTS } from "./words.js";

const REPORTS = [
  ["offers", "What offers did and earned", "Over all, by campaign, and within each by incentive and segment: shown, accepted, redeemed, what they cost, and what they earned more than showing nothing."],
  ["retention", "Who comes back, who leaves", "Customers kept, lost and won, cohorts by month, segments and how customers moved between them, what they are worth. It reads the whole purchase log, so it may take minutes."],
];

/* ---- accounts ---- */

function meter({ leased, redeemed, budget }) {
  if (!budget) return "–";
  const bar = make("span", { class: "meter", role: "img", "aria-label": `${percent((leased + redeemed) / budget)} of the budget` });
  bar.style.setProperty("--redeemed", redeemed / budget);
  bar.style.setProperty("--leased", (leased + redeemed) / budget);
  return bar;
}

function accounts(budgets, decimals) {
  const rows = Object.entries(budgets)
    .sort(([one], [other]) => (one === "*" ? -1 : other === "*" ? 1 : one.localeCompare(other)))
    .flatMap(([campaign, spans]) => [["today", spans.day], ["in all", spans.in_all]].filter(([, of]) => of).map(([span, of]) => ({ campaign, span, ...of })));
  return table(
    "Accounts",
    [
      { title: "Campaign", wide: true, cell: (row) => (row.campaign === "*" ? make("strong", {}, "all together") : foreign(row.campaign)) },
      { title: "Span", cell: (row) => row.span },
      { title: "Held by open offers", number: true, cell: (row) => money(row.leased, decimals) },
      { title: "Redeemed", number: true, cell: (row) => money(row.redeemed, decimals) },
      { title: "Budget", number: true, cell: (row) => (row.budget === undefined ? "unlimited" : money(row.budget, decimals)) },
      { title: "Used", cell: meter },
    ],
    rows,
    "No campaign has an account yet.",
  );
}

const counted = (counts) => Object.entries(counts ?? {}).filter(([, number]) => number > 0);

function decided(offers) {
  const [decisions, codes] = [counted(offers.decisions), counted(offers.codes)];
  return [
    table("Decisions since the start", [{ title: "Decision", wide: true, cell: ([reason]) => VERDICTS[reason] ?? reason }, { title: "Times", number: true, cell: ([, number]) => count(number) }], decisions, "Nothing was decided since the server's start."),
    codes.length ? make("p", {}, "Codes: ", codes.map(([reason, number]) => [chip(`${reason.replaceAll("_", " ")} ${count(number)}`, reason === "redeemed" ? "good" : ""), " "])) : make("p", { class: "dim" }, "No code came back since the server's start."),
    make("p", { class: "dim" }, `${many(offers.products, "product")} shown, ${count(offers.leases)} of them with a code.`),
  ];
}

async function gatherAccounts(place) {
  if (place.mode === "gateway") return make("p", { class: "dim" }, "The books are kept by a server: its own console shows them.");
  const [{ offers }, { decimals = 2 }] = await Promise.all([ask("stats"), ask("find", { limit: 1, fields: ["price"] })]);
  if (!offers) return make("p", { class: "dim" }, "This server keeps no live state, so it makes no offers.");
  return [section("Accounts", accounts(offers.budgets ?? {}, decimals)), section("Decided since the server's start", decided(offers))];
}

async function showAccounts(main, signal, place) {
  const body = await gatherAccounts(place);
  if (signal.aborted) return;
  main.replaceChildren(
    make("h1", {}, "Offers"),
    ...[body].flat(),
    section(
      "Reports",
      place.mode === "gateway"
        ? make("p", { class: "dim" }, "Reports are made beside a store: by the console of a server, or by smartshelf report.")
        : make("div", { class: "pair" }, REPORTS.map(([name, title, words]) => make("div", { class: "card" }, make("h3", {}, title), make("p", { class: "dim" }, words), make("a", { href: `#/offers/${name}`, class: "button" }, "Make it")))),
    ),
  );
}

/* ---- a report ---- */

async function showReport(main, name, signal) {
  const [, title] = REPORTS.find(([known]) => known === name) ?? REPORTS[0];
  const address = `reports/${encodeURIComponent(name)}.html`;
  const trail = make("p", { class: "trail" }, make("a", { href: "#/offers" }, "Offers"));
  main.replaceChildren(trail, make("h1", {}, title), notice("", "It is being made, by a process of its own with the lowest priority. This page may stay open or be left; it is kept for a while."));
  try {
    await made(address, signal);
  } catch (refusal) {
    if (refusal.status === 401 || signal.aborted) throw refusal;
    return main.replaceChildren(trail, make("h1", {}, title), wrong(refusal));
  }
  if (signal.aborted) return;
  const source = `/console/api/${address}`;
  main.replaceChildren(
    trail,
    make("div", { class: "titled" }, make("h1", {}, title), make("a", { class: "button", href: source, target: "_blank", rel: "noopener" }, "Open by itself")),
    make("iframe", { class: "report", sandbox: "", src: source, title }),
  );
}

export async function show(main, [report], query, signal, place) {
  await (report === undefined ? showAccounts(main, signal, place) : showReport(main, report, signal));
}
