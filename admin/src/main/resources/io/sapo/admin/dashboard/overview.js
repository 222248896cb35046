// The run at a glance: what is wrong, how records flow, how the numbers go over versions.

import {get} from "./api.js";
import {Chart} from "./charts.js";
import {ago, el, fill, num, percent, problem} from "./dom.js";
import {controls} from "./control.js";

const CHARTS = [
  ["Reward", [["reward", "mean reward"]]],
  ["Accuracy", [["accuracy", "training"], ["@accuracy", "held out"]]],
  ["Entropy", [["entropy", "entropy"]], " nats"],
  ["Response length", [["response_tokens", "tokens"]], " tokens"],
  ["Value loss", [["value_loss", "value loss"]]],
  ["Explained variance", [["explained_variance", "explained variance"]], "", -1],
  ["KL divergence", [["kl_old", "to old"], ["kl_reference", "to reference"], ["kl_behaviour", "to behaviour"]]],
  ["Clip fraction", [["clip_fraction", "clipped"]]],
  ["Staleness", [["staleness_mean", "mean"], ["staleness_max", "largest"]], " versions"],
  ["Throughput", [["tokens_per_second", "tokens/s"]], " tokens/s"],
];
const SHOWN = new Set(CHARTS.flatMap(([, lines]) => lines.map(([name]) => name)));

const STAGES = [
  {kind: "producer", title: "Producer", does: "samples responses", out: "trajectories"},
  {kind: "segmenter", title: "Segmenter", does: "cuts and verifies", out: "segments"},
  {kind: "learner", title: "Learner", does: "updates the policy", out: "weights"},
];

export async function show(body) {
  const tiles = el("section.tiles", {"aria-label": "Newest numbers"});
  const conditions = conditionList();
  const flow = el("ol.flow", {"aria-label": "Flow of the pipeline"});
  const grid = el("section.charts", {"aria-label": "Numbers over versions"});
  const others = el("div.charts", {});
  const more = el("details", {}, el("summary", {}, "All other metrics"), others);
  const failed = el("div", {});
  const control = controls();
  fill(body, el("h1", {}, "Overview"), conditions.node, failed, tiles, flow, grid, more, control.node);

  const charts = CHARTS.map(([title, lines, unit, floor]) => {
    const chart = new Chart(title, lines.map(([, label]) => ({label, points: label === "held out"})), unit, floor);
    grid.append(chart.node);
    return {chart, names: lines.map(([name]) => name)};
  });
  const extra = new Map();
  let drawn = "";
  let drawing = false;
  let gone = false;

  async function draw(key) {
    if (drawing) return;
    drawing = true;
    try {
      const [series, evaluated] = await Promise.all([get("/api/series"), get("/api/evaluations?limit=2000")]);
      if (gone) return;
      const data = columns(series, evaluated.evaluations);
      for (const {chart, names} of charts) chart.setData(pick(data, names));
      for (const name of Object.keys(series.metrics)) {
        if (SHOWN.has(name)) continue;
        if (!extra.has(name)) {
          const chart = new Chart(name, [{label: name}]);
          extra.set(name, chart);
          others.append(chart.node);
        }
        extra.get(name).setData(pick(data, [name]));
      }
      drawn = key;
      fill(failed);
    } catch (error) {
      fill(failed, problem(error));
    } finally {
      drawing = false;
    }
  }

  return {
    update(status) {
      conditions.update(status);
      fill(tiles, tileList(status));
      fill(flow, stages(status));
      control.update(status);
      const key = status.newest?.version + "/" + status.evaluation?.version + "/" + status.evaluation?.atMs;
      if (key !== drawn) draw(key);
    },
    leave() {
      gone = true;
      charts.forEach(({chart}) => chart.destroy());
      extra.forEach((chart) => chart.destroy());
    },
  };
}

/** Evaluations join the versions they measured; one of a version not listed is left out. */
function columns(series, evaluations) {
  const byVersion = new Map(evaluations.map((e) => [e.version, e.accuracy]));
  return {
    versions: series.versions,
    ...series.metrics,
    "@accuracy": series.versions.map((version) => byVersion.get(version) ?? null),
  };
}

const pick = (data, names) =>
  [data.versions, ...names.map((name) => data[name] ?? data.versions.map(() => null))];

/** What fails stands on top; the rest unfolds. The parts that take focus stay as they are. */
function conditionList() {
  const mark = {ok: "✓", unknown: "?", failing: "!"};
  const item = (c) =>
    el("li." + c.state, {}, el("span.mark", {"aria-hidden": "true"}, mark[c.state]),
      el("span", {}, el("strong", {}, c.title), " – " + c.state + ": " + c.reason));
  const banner = el("div", {});
  const summary = el("summary", {});
  const list = el("ul.conditions", {});
  return {
    node: el("section", {"aria-label": "Conditions"}, banner, el("details", {}, summary, list)),
    update(status) {
      const bad = status.conditions.filter((c) => c.state === "failing");
      fill(banner, bad.length ? el("ul.conditions.banner", {}, bad.map(item)) : null);
      fill(summary, status.conditions.length + " conditions are watched");
      fill(list, status.conditions.map(item));
    },
  };
}

function tileList(status) {
  const newest = status.newest;
  const metric = (name) => newest?.metrics[name];
  const tile = (title, value, note) =>
    el("div.tile", {}, el("span.quiet", {}, title), el("strong", {}, value), el("span.quiet", {}, note ?? " "));
  return [
    tile("Version", num(newest?.version), newest ? ago(newest.committedAtMs, status.atMs) : "none yet"),
    tile("Reward", num(metric("reward")), "mean of the batch"),
    tile("Held out", percent(status.evaluation?.accuracy), status.evaluation ? "version " + status.evaluation.version : "not evaluated"),
    tile("Entropy", num(metric("entropy")), "nats a token"),
    tile("Throughput", num(metric("tokens_per_second")), "tokens/s trained"),
    tile("Trained", num(newest?.trainedTotal), newest ? num(newest.consumedTotal - newest.trainedTotal) + " skipped" : ""),
    tile("Dead letters", num(status.deadLetters), status.unreadable ? num(status.unreadable) + " unreadable" : "refused records"),
  ];
}

function stages(status) {
  const topic = (name) => status.topics.find((t) => t.name === name);
  return STAGES.map((stage) => {
    const members = status.components.filter((c) => c.component === stage.kind);
    const out = topic(stage.out);
    const waiting = status.groups.filter((g) => g.topic === out?.topic);
    return el("li", {},
      el("div.stage", {}, el("strong", {}, stage.title), el("span.quiet", {}, stage.does),
        members.length ? el("ul", {}, members.map((m) => member(m, status.atMs))) : el("span.warn", {}, "has not reported")),
      el("div.arrow", {}, el("span", {"aria-hidden": "true"}, "⟶"),
        el("span", {}, el("strong", {}, stage.out), " ", out ? num(out.perSecond) + "/s" : "no topic"),
        el("span.quiet", {}, out ? num(out.records) + " in all" : ""),
        waiting.map((g) => el("span.quiet", {}, num(g.lag) + " waiting for " + g.group))));
  });
}

function member(m, now) {
  const state = m.silent ? "silent" : m.state;
  return el("li", {title: m.message}, el("span.state." + (m.silent || m.state === "failed" ? "bad" : "good"), {}, state),
    " " + m.instance + (m.version < 0 ? "" : ", version " + num(m.version)) + ", heard " + ago(m.atMs, now),
    m.message ? el("span.quiet", {}, " – " + m.message) : null);
}
