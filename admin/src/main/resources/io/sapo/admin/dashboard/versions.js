// Weight versions: the list, one with its report and lineage, the difference of two.

import {get} from "./api.js";
import {clock, el, fill, flat, num, pairs, percent, problem, signed, table, when} from "./dom.js";

const COLUMNS = ["reward", "accuracy", "entropy", "value_loss", "kl_reference", "clip_fraction", "tokens_per_second"];

const title = (metric) => metric[0].toUpperCase() + metric.slice(1).replaceAll("_", " ");

const link = (version, text) => el("a", {href: "#/versions/" + version}, text ?? String(version));

export async function showList(body, _args, query, status) {
  const before = query.get("before");
  const picked = el("p", {role: "status"});
  const content = el("div", {});
  const chosen = [];
  fill(body, el("h1", {}, "Versions"), compareForm(), picked, content);

  function pick(version, box) {
    box.checked ? chosen.push(version) : chosen.splice(chosen.indexOf(version), 1);
    fill(picked, chosen.length === 2
      ? el("a", {href: `#/versions/${Math.max(...chosen)}/against/${Math.min(...chosen)}`}, `Show the difference of ${chosen[0]} and ${chosen[1]}`)
      : chosen.length ? "Pick one more to compare." : "");
  }

  async function load() {
    const [list, evaluated] = await Promise.all([
      get("/api/versions?limit=50" + (before ? "&before=" + before : "")),
      get("/api/evaluations?limit=2000"),
    ]);
    const accuracy = new Map(evaluated.evaluations.map((e) => [e.version, e.accuracy]));
    fill(content, table("Weight versions, newest first", [
      {title: "Version", num: true, cell: (v) => link(v.version)},
      {title: "Compare", cell: (v) => el("input", {type: "checkbox", checked: chosen.includes(v.version), "aria-label": "Compare version " + v.version, onchange: (e) => pick(v.version, e.target)})},
      {title: "Committed", cell: (v) => clock(v.committedAtMs)},
      {title: "Trained", num: true, cell: (v) => num(v.trained)},
      {title: "Skipped", num: true, cell: (v) => num(v.skipped)},
      {title: "Held out", num: true, cell: (v) => percent(accuracy.get(v.version))},
      ...COLUMNS.map((name) => ({title: title(name), value: (v) => v.metrics[name]})),
      {title: "Config", fit: true, cell: (v) => el("code", {}, v.configDigest.slice(0, 8))},
      {title: "Weights", fit: true, cell: (v) => (v.anchor ? "whole" : "delta")},
    ], list.versions), list.versions.length ? null : el("p", {}, "No version has been committed yet."),
    el("p.row", {}, before ? el("a", {href: "#/versions"}, "Newest") : null,
      list.next ? el("a", {href: "#/versions?before=" + list.next}, "Older") : null));
  }

  let shown = status?.newest?.version;
  try {
    await load();
  } catch (error) {
    fill(content, problem(error));
  }
  return {
    update(next) {
      if (!before && next.newest?.version !== shown) {
        shown = next.newest?.version;
        load().catch((error) => fill(content, problem(error)));
      }
    },
  };
}

function compareForm() {
  const field = (id, label) => [el("label", {htmlFor: id}, label), el("input", {id, type: "number", min: 0, required: true})];
  return el("form.row", {
    onsubmit: (event) => {
      event.preventDefault();
      const [a, b] = [...event.target.querySelectorAll("input")].map((input) => input.value);
      location.hash = `#/versions/${a}/against/${b}`;
    },
  }, field("compare-a", "Compare version"), field("compare-b", "with"), el("button", {}, "Show the difference"));
}

export async function showOne(body, [number]) {
  fill(body, el("h1", {}, "Version " + number));
  let v;
  let parent;
  try {
    v = await get("/api/versions/" + number);
    parent = v.parent < 0 ? null : await get("/api/versions/" + v.parent).catch(ignoreUnknown);
  } catch (error) {
    body.append(problem(error));
    return;
  }
  body.append(
    el("p.row", {}, v.parent >= 0 ? link(v.parent, "Parent " + v.parent) : null, link(v.version + 1, "Next " + (v.version + 1)),
      v.parent >= 0 ? el("a", {href: `#/versions/${v.version}/against/${v.parent}`}, "Difference from its parent") : null,
      el("a", {href: "#/trajectories?consumedBy=" + v.version}, "Trajectories it was trained on")),
    el("div.two", {}, report(v, parent), el("div", {}, lineage(v), evaluations(v))),
    el("h2", {}, "Commit record"),
    pairs([
      ["Run", v.runId], ["Committed", when(v.committedAtMs)], ["Trained / skipped", `${v.trained} / ${v.skipped}`],
      ["KL coefficient", num(v.klCoefficient)], ["Config digest", el("code", {}, v.configDigest)],
      ["Weights", `${v.anchor ? "whole" : "delta to the parent"}, ${v.chunkCount} chunks from offset ${v.firstChunkOffset}, ${v.elementType}`],
      ["Newest checkpoint", v.checkpoint ? `${v.checkpoint} (version ${v.checkpointVersion})` : "none"],
      ["Record", v.position + " of the weights topic"],
      ["Actor SHA-256", el("code", {}, v.actorSha256)], ["Critic SHA-256", el("code", {}, v.criticSha256)], ["Optimizer SHA-256", el("code", {}, v.optimizerSha256)],
    ]),
    inputs(v),
    el("h2", {}, "Config"), pairs([...flat(v.config)]));
}

/** A parent that is no longer known here is no failure. */
function ignoreUnknown(error) {
  if (error.status === 404 || error.status === 410) return null;
  throw error;
}

function report(v, parent) {
  return el("section", {}, el("h2", {}, "Report"), table("Report of the update", [
    {title: "Metric", cell: ([name]) => name},
    {title: "Value", num: true, cell: ([, value]) => num(value)},
    parent ? {title: "Change from its parent", num: true, cell: ([name, value]) => difference(value, parent.metrics[name])} : null,
  ].filter(Boolean), Object.entries(v.metrics)));
}

function lineage(v) {
  const all = v.lineage.sampledBy.reduce((sum, s) => sum + s.trajectories, 0);
  return el("section", {}, el("h2", {}, "Lineage"),
    el("p", {}, "Parents: ", v.lineage.parents.length ? v.lineage.parents.map((p, i) => [i ? " ← " : "", link(p.version)]) : "none known"),
    v.lineage.sampledBy.length ? table("Who sampled what it was trained on", [
      {title: "Sampled by version", num: true, cell: (s) => link(s.version)},
      {title: "Trajectories", num: true, cell: (s) => num(s.trajectories)},
      {title: "Share", cell: (s) => bar(s.trajectories / all)},
      {title: "Versions old", num: true, cell: (s) => num(v.parent - s.version)},
    ], v.lineage.sampledBy) : el("p", {}, v.inputs.length ? "What it was trained on is no longer indexed here." : "It was not trained: the run began with it."));
}

function bar(share) {
  const node = el("span.bar", {"aria-hidden": "true"});
  node.style.width = Math.max(2, Math.round(100 * share)) + "px";
  return node;
}

function evaluations(v) {
  return el("section", {}, el("h2", {}, "Evaluations"),
    v.evaluations.length ? table("Evaluations of this version", [
      {title: "Source", cell: (e) => e.source},
      {title: "Right", num: true, cell: (e) => `${e.correct} of ${e.tasks}`},
      {title: "Accuracy", num: true, cell: (e) => percent(e.accuracy)},
      {title: "Temperature", num: true, cell: (e) => num(e.sampling.temperature)},
      {title: "Tokens", num: true, cell: (e) => num(e.meanResponseTokens)},
    ], v.evaluations) : el("p", {}, "None."));
}

function inputs(v) {
  const skipped = v.inputs.flatMap((range) => range.skipped.map((s) => ({...s, partition: range.partition})));
  return el("div", {},
    table("Consumed offsets", [
      {title: "Partition", num: true, cell: (r) => num(r.partition)},
      {title: "From", num: true, cell: (r) => num(r.from)},
      {title: "To (exclusive)", num: true, cell: (r) => num(r.to)},
      {title: "Trained", num: true, cell: (r) => num(r.trained)},
      {title: "Skipped", num: true, cell: (r) => num(r.skipped.reduce((sum, run) => sum + run.records, 0))},
    ], v.inputs),
    skipped.length ? table("Skipped records", [
      {title: "Records", cell: (s) => s.partition + "-" + s.offset + (s.records > 1 ? ` to ${s.partition}-${s.to - 1}, ${s.records} in all` : "")},
      {title: "Reason", wide: true, cell: (s) => s.reason},
    ], skipped) : null);
}

export async function showDifference(body, [a, b]) {
  fill(body, el("h1", {}, `Version ${a} against ${b}`));
  let one, other;
  try {
    [one, other] = await Promise.all([get("/api/versions/" + a), get("/api/versions/" + b)]);
  } catch (error) {
    body.append(problem(error));
    return;
  }
  const names = [...new Set([...Object.keys(one.metrics), ...Object.keys(other.metrics)])].sort();
  const configs = [flat(one.config), flat(other.config)];
  const keys = [...new Set(configs.flatMap((c) => [...c.keys()]))].filter((k) => configs[0].get(k) !== configs[1].get(k)).sort();
  const same = (field) => (one[field] === other[field] ? "= the same" : "≠ different");
  body.append(
    el("p.row", {}, link(a, "Version " + a), link(b, "Version " + b), el("a", {href: `#/versions/${b}/against/${a}`}, "Swap")),
    el("h2", {}, "Metrics"),
    table("Metrics side by side", [
      {title: "Metric", cell: (n) => n},
      {title: "Version " + a, num: true, cell: (n) => num(one.metrics[n])},
      {title: "Version " + b, num: true, cell: (n) => num(other.metrics[n])},
      {title: "Difference", num: true, cell: (n) => difference(one.metrics[n], other.metrics[n])},
    ], names),
    el("h2", {}, "Config"),
    keys.length ? table("Settings that differ", [
      {title: "Setting", cell: (k) => k},
      {title: "Version " + a, cell: (k) => configs[0].get(k)},
      {title: "Version " + b, cell: (k) => configs[1].get(k)},
    ], keys) : el("p", {}, "The same."),
    el("h2", {}, "Weights"),
    pairs([["Actor", same("actorSha256")], ["Critic", same("criticSha256")], ["Optimizer", same("optimizerSha256")],
      ["Records trained between them", num(Math.abs(one.trainedTotal - other.trainedTotal))]]));
}

function difference(a, b) {
  if (a === null || a === undefined || b === null || b === undefined) return "–";
  return signed(a - b) + (b ? ` (${signed(Number(((100 * (a - b)) / Math.abs(b)).toPrecision(3)))} %)` : "");
}
