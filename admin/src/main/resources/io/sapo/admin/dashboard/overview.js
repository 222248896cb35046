// The run at a glance: what is wrong, how records flow, how the numbers go over versions.

import {get} from "./api.js";
import {Chart} from "./charts.js";
import {ago, el, fill, num, percent, plural, problem, state} from "./dom.js";
import {controls} from "./control.js";

const CHARTS = [
  ["Reward", [["reward", "mean of the batch"]]],
  ["Accuracy", [["accuracy", "training"], ["@accuracy", "held out"]]],
  ["Entropy", [["entropy", "nats a token"]]],
  ["Response length", [["response_tokens", "tokens"]]],
  ["Throughput", [["tokens_per_second", "tokens/s trained"]]],
  ["Value loss", [["value_loss", "mean of the update"]]],
  ["Explained variance", [["explained_variance", "of the returns"]], -1],
  ["KL divergence to", [["kl_old", "old"], ["kl_reference", "reference"], ["kl_behaviour", "behaviour"]]],
  ["Clip fraction", [["clip_fraction", "of tokens"]]],
  ["Staleness", [["staleness_mean", "versions, mean"], ["staleness_max", "largest"]]],
];
const SHOWN = new Set(CHARTS.flatMap(([, lines]) => lines.map(([name]) => name)));

const STAGES = [
  {kind: "producer", title: "Producer", does: "samples responses", out: "trajectories", rate: ["tokens_per_second", "tokens/s"]},
  {kind: "segmenter", title: "Segmenter", does: "cuts and verifies", out: "segments", rate: ["records_per_second", "records/s"]},
  {kind: "learner", title: "Learner", does: "updates the policy", out: "weights", rate: ["tokens_per_second", "tokens/s"]},
];
const LISTED = 3;

export async function show(body) {
  const tiles = el("section.tiles", {"aria-label": "Newest numbers"});
  const conditions = conditionList();
  const stages = STAGES.map((stage) => new Stage(stage));
  const flow = el("ol.flow", {"aria-label": "Flow of the pipeline"}, stages.map((stage) => stage.node));
  const grid = el("section.charts", {"aria-label": "Numbers over versions"});
  const others = el("div.charts", {});
  const more = el("details", {}, el("summary", {}, "All other metrics"), others);
  const failed = el("div", {});
  const control = controls();
  fill(body, el("h1.hidden", {}, "Overview"), conditions.node, failed, tiles, flow, grid, more, control.node);

  const charts = CHARTS.map(([title, lines, floor]) => {
    const chart = new Chart(title, lines.map(([, label]) => ({label, points: label === "held out"})), floor);
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
          const chart = new Chart(name, [{label: ""}]);
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
      stages.forEach((stage) => stage.update(status));
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

/** What fails stands on top with its reason; the rest in short. What takes focus stays as it is. */
function conditionList() {
  const mark = {ok: "✓", unknown: "?", failing: "!"};
  const sign = (c) => el("span.mark", {"aria-hidden": "true"}, mark[c.state]);
  const item = (c) => el("li." + c.state, {}, sign(c), el("span", {}, el("strong", {}, c.title), " – " + c.state + ": " + c.reason));
  const verdict = el("strong", {});
  const inWords = el("span.quiet", {});
  const banner = el("div", {});
  const chips = el("ul.chips", {});
  const list = el("ul.conditions", {});
  const node = el("section.health", {"aria-label": "Conditions"}, verdict, inWords, banner, chips,
    el("details", {}, el("summary.quiet", {}, "What was found"), list));
  return {
    node,
    update({conditions}) {
      const bad = conditions.filter((c) => c.state === "failing");
      const unknown = conditions.filter((c) => c.state === "unknown").length;
      node.classList.toggle("fails", bad.length > 0);
      fill(verdict, bad.length ? "! " + plural(bad.length, "problem") : "✓ The run is healthy");
      fill(inWords, `${conditions.length - bad.length - unknown} of ${conditions.length} conditions hold` + (unknown ? `, ${unknown} cannot be judged yet` : ""));
      fill(banner, bad.length ? el("ul.conditions", {}, bad.map(item)) : null);
      fill(chips, conditions.filter((c) => c.state !== "failing").map((c) => el("li." + c.state, {title: c.reason}, sign(c), c.title, el("span.hidden", {}, ": " + c.state))));
      fill(list, conditions.map(item));
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
    tile("Staleness", num(metric("staleness_mean")), "versions, mean"),
    tile("Throughput", num(metric("tokens_per_second")), "tokens/s trained"),
    tile("Trained", num(newest?.trainedTotal), newest ? num(newest.consumedTotal - newest.trainedTotal) + " skipped" : ""),
    tile("Dead letters", num(status.deadLetters), status.unreadable ? num(status.unreadable) + " unreadable" : "refused records"),
  ];
}

/** A stage and what it writes. What takes focus is made once. */
class Stage {
  constructor(stage) {
    this.stage = stage;
    this.members = el("div", {});
    this.all = el("summary.quiet", {});
    this.everybody = el("div", {});
    this.unfold = el("details", {}, this.all, this.everybody);
    this.arrow = el("div.arrow", {});
    this.node = el("li", {}, el("div.stage", {}, el("strong", {}, stage.title), el("span.quiet", {}, stage.does), this.members, this.unfold), this.arrow);
  }

  update(status) {
    const members = status.components.filter((c) => c.component === this.stage.kind);
    const list = (some) => el("ul", {}, some.map((m) => member(m, this.stage, status.atMs)));
    const many = members.length > LISTED;
    fill(this.members, !members.length ? el("p.warn", {}, "! has not reported") : many ? summary(members, list) : list(members));
    this.unfold.hidden = !many;
    fill(this.all, "All " + members.length);
    fill(this.everybody, many ? list(members) : null);
    const out = status.topics.find((t) => t.name === this.stage.out);
    fill(this.arrow, el("strong", {}, this.stage.out), el("span.shaft", {"aria-hidden": "true"}),
      el("span", {}, out ? num(out.perSecond) + "/s" : "no topic"),
      el("span.quiet", {}, out ? num(out.records) + " in all" : ""),
      status.groups.filter((g) => g.topic === out?.topic).map((g) => el("span.quiet", {title: g.group}, num(g.lag) + " waiting")));
  }
}

const stateOf = (m) => (m.silent ? "silent" : m.state);
const isBad = (m) => m.silent || m.state === "failed";

/** Of many: the number in each state, and those in trouble by name. */
function summary(members, list) {
  const counts = new Map();
  for (const m of members) counts.set(stateOf(m), (counts.get(stateOf(m)) ?? 0) + 1);
  const bad = members.filter(isBad);
  return [
    el("p.row", {}, [...counts].map(([name, count]) => state(name, num(count) + " " + name))),
    bad.length ? list(bad.slice(0, LISTED)) : null,
  ];
}

function member(m, stage, now) {
  const [gauge, unit] = stage.rate;
  const rate = m.gauges[gauge];
  return el("li", {}, state(stateOf(m)), " " + m.instance,
    el("span.quiet", {}, (m.version < 0 ? "" : " · version " + num(m.version)) + (rate === null || rate === undefined ? "" : ` · ${num(Math.round(rate))} ${unit}`) +
      " · " + ago(m.atMs, now) + (m.message ? " · " + m.message : "")));
}
