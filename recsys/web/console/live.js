/* Live: what the server did in each of the last seconds. It is asked once a second; what happened in between is reckoned here. */
import { ask } from "./api.js";
import { chip, code, facts, foreign, make, notice, section, table } from "./dom.js";
import { between } from "./figures.js";
import { bytes, count, decimal, duration, many, percent, span } from "./words.js";

const EVERY_MS = 1000;
const KEPT = 180; /* seconds that are shown */
const HEIGHT = 190;

const optional = (write) => (value) => (value === null || value === undefined ? "–" : write(value));
const rate = optional((value) => `${decimal(value, value < 10 ? 1 : 0)} /s`);
const latency = optional(duration);
const part = optional(percent);

const clock = (seconds) => new Intl.DateTimeFormat(navigator.language, { timeStyle: "medium" }).format(new Date(seconds * 1000));

const CHARTS = [
  { key: "rate", title: "Requests a second", lines: [["rate", "requests", rate]] },
  { key: "latency", title: "How long an answer takes", lines: [["p50", "half of them (p50)", latency], ["p99", "all but one in a hundred (p99)", latency]] },
  { key: "fill", title: "Filled: products shown of those asked for", lines: [["fill", "filled", part]], share: true },
  { key: "fallback", title: "Fallback: products that a shelf's own models did not give", lines: [["fallback", "fallback", part]], share: true },
];

/* ---- charts ---- */

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(chart, width) {
  const [line, write] = [["--main", "--loss"], chart.lines[0][2]];
  const axis = { stroke: color("--dim"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    cursor: { y: false },
    legend: { show: false },
    scales: { x: { range: (of, low, high) => [high - KEPT, high] }, y: { range: (of, low, high) => (chart.share ? [0, 1] : [0, Math.max(high ?? 0, 1) * 1.1]) } },
    axes: [{ ...axis, space: 90, values: (of, ticks) => ticks.map(clock) }, { ...axis, size: 70, values: (of, ticks) => ticks.map(write) }],
    series: [{}, ...chart.lines.map(([, label], index) => ({ label, stroke: color(line[index]), width: 2, spanGaps: chart.share, points: { show: false } }))],
  };
}

/* A figure whose caption says in words what it shows now; the plot is for the eyes. */
class Chart {
  constructor(chart, Plot) {
    this.chart = chart;
    this.Plot = Plot;
    this.now = make("span", { class: "now" });
    this.canvas = make("div", { class: "plot", role: "img", "aria-label": `${chart.title}, second by second` });
    this.figure = make("figure", { "data-chart": chart.key }, make("figcaption", {}, make("strong", {}, chart.title), this.now), Plot ? this.canvas : null);
  }

  draw(history) {
    const latest = history.at(-1);
    this.now.replaceChildren(...this.chart.lines.map(([key, label, write], index) => make("span", { class: `value line${index}` }, this.chart.lines.length > 1 ? `${label} ` : "", make("b", {}, write(latest?.[key])))));
    if (!this.Plot) return;
    const data = [history.map((of) => of.at), ...this.chart.lines.map(([key]) => history.map((of) => of[key] ?? null))];
    if (this.plot) this.plot.setData(data);
    else this.plot = new this.Plot(options(this.chart, this.canvas.clientWidth || 300), data, this.canvas);
  }

  resize() {
    this.plot?.setSize({ width: this.canvas.clientWidth, height: HEIGHT });
  }

  end() {
    this.plot?.destroy();
    this.plot = null;
  }
}

async function loadPlot(place) {
  if (!place.charts) return null;
  document.head.querySelector("[data-plot]") ?? document.head.append(make("link", { rel: "stylesheet", href: "/console/vendor/uplot.css", "data-plot": "" }));
  return (await import("/console/vendor/uplot.js")).default;
}

/* ---- tables ---- */

function methods(latest) {
  return table(
    "Methods in the last second",
    [
      { title: "Method", cell: (of) => of.name },
      { title: "Rate", number: true, cell: (of) => rate(of.rate) },
      { title: "p50", number: true, cell: (of) => latency(of.p50) },
      { title: "p99", number: true, cell: (of) => latency(of.p99) },
    ],
    [...latest.methods].sort((one, other) => other.rate - one.rate),
    "Nothing was asked in the last second.",
  );
}

function sinceStart(stats) {
  const faults = Object.entries(stats.errors ?? {}).filter(([, number]) => number > 0);
  return [
    facts([
      ["Up for", span(stats.uptime_ms)],
      ["Requests", count(stats.requests)],
      ["Swaps of generations", stats.swaps !== undefined && count(stats.swaps)],
      ["Swaps refused", stats.refused_swaps || null],
      ["Sessions known", stats.visitors && count(stats.visitors.sessions)],
      ["Customers known", stats.visitors && count(stats.visitors.customers)],
      ["Events kept", stats.events && count(stats.events.kept)],
      ["Memory", stats.resident_bytes && bytes(stats.resident_bytes)],
      ["Filled", stats.fill_rate !== undefined && percent(stats.fill_rate)],
      ["Fallback", stats.fallback_share !== undefined && percent(stats.fallback_share)],
    ].filter(([, value]) => value !== false)),
    faults.length ? make("p", {}, "Errors: ", faults.map(([name, number]) => [chip(`${name} ${count(number)}`, "bad"), " "])) : make("p", { class: "dim" }, "No error was answered."),
  ];
}

function servers(stats) {
  return table(
    "Servers behind the gateway",
    [
      { title: "Server", wide: true, cell: (server) => foreign(server.endpoint) },
      { title: "State", cell: (server) => chip(server.state, server.state === "up" ? "good" : "bad") },
      { title: "Generation", cell: (server) => (server.generation ? code(server.generation) : "–") },
      { title: "Asked", number: true, cell: (server) => count(server.asked) },
      { title: "Failed", number: true, cell: (server) => count(server.failed) },
      { title: "Ejections", number: true, cell: (server) => count(server.ejections) },
    ],
    stats.servers,
  );
}

/* ---- the page ---- */

class Watch {
  constructor(charts, below) {
    Object.assign(this, { charts, below, history: [], before: null, paused: false });
  }

  async look() {
    const stats = await ask("stats", { buckets: true });
    const latest = between(this.before, stats);
    this.before = stats;
    if (latest) this.history = [...this.history, { at: Date.now() / 1000, ...latest }].slice(-KEPT);
    if (this.paused) return;
    this.charts.forEach((chart) => chart.draw(this.history));
    this.below.replaceChildren(
      stats.servers ? section("Servers", servers(stats)) : "",
      section("By method", latest ? methods(latest) : make("p", { class: "dim" }, "One moment…")),
      section("Since the start", sinceStart(stats)),
    );
  }

  async go(signal, said) {
    while (!signal.aborted) {
      if (!document.hidden) await this.look().then(() => said.replaceChildren(), (refusal) => this.trouble(refusal, signal, said));
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }

  trouble(refusal, signal, said) {
    if (refusal.status === 401) location.reload();
    else if (!signal.aborted) said.replaceChildren(notice("wrong", `${refusal.message} It is asked again.`));
    this.before = null;
  }
}

export async function show(main, path, query, signal, place) {
  const Plot = await loadPlot(place);
  if (signal.aborted) return;
  const charts = CHARTS.map((chart) => new Chart(chart, Plot));
  const [said, below] = [make("div"), make("div")];
  const watch = new Watch(charts, below);
  const pause = make("button", { "aria-pressed": "false", on: { click: () => ((watch.paused = !watch.paused), pause.setAttribute("aria-pressed", watch.paused)) } }, "Hold still");
  main.replaceChildren(
    make("div", { class: "titled" }, make("h1", {}, "Live"), pause),
    make("p", { class: "dim" }, `Each second of the last ${many(KEPT / 60, "minute")}, this page's own questions among them.`),
    said,
    Plot ? "" : notice("", "Charts are left out: the program was built without the chart library (npm's uplot). The numbers are here."),
    make("div", { class: "charts" }, charts.map((chart) => chart.figure)),
    below,
  );
  const resized = new ResizeObserver(() => charts.forEach((chart) => chart.resize()));
  resized.observe(main);
  signal.addEventListener("abort", () => (resized.disconnect(), charts.forEach((chart) => chart.end())));
  watch.go(signal, said);
}
