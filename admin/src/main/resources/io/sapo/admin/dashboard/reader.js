// The reader of one trajectory: picture, prompt, response by segment, numbers per segment and token,
// and the same response cut another way.

import {blob, get} from "./api.js";
import {el, fill, num, pairs, problem, table, when} from "./dom.js";
import {ResponseView} from "./response.js";
import {cut, parse} from "./segmentation.js";
import {plain} from "./text.js";

const COLUMNS = [
  ["rewards", "reward"], ["meanEntropy", "mean entropy"], ["endEntropy", "entropy at its end"], ["meanLogProb", "mean log-probability"],
  ["values", "value"], ["advantages", "advantage"], ["returns", "return"], ["ratios", "ratio"], ["behaviourRatios", "ratio to behaviour"],
];
const ROWS = 100;

export async function show(body, [id]) {
  fill(body, el("h1", {}, "Trajectory"), el("p.id", {}, id));
  let t;
  try {
    t = await get("/api/trajectories/" + encodeURIComponent(id));
  } catch (error) {
    body.append(problem(error));
    return;
  }
  const tokens = {text: t.response, ...t.perToken};
  const urls = [];
  body.append(facts(t), el("div.exhibit", {}, pictures(t, urls), el("section", {"aria-labelledby": "prompt-title"},
    el("h2", {id: "prompt-title"}, "Prompt"), el("p.prompt", {}, plain(t.prompt)), el("p.quiet", {}, t.promptTokens + " tokens"))),
  responses(t, tokens), segmentTable(t, tokens));
  return {leave: () => urls.forEach((url) => URL.revokeObjectURL(url))};
}

function facts(t) {
  const fate = t.consumedBy === null ? "waiting to be consumed"
    : [el("a", {href: "#/versions/" + t.consumedBy}, "version " + t.consumedBy), t.skipped ? " skipped it: " + t.skipped : ` trained on it, ${t.staleness} versions stale`];
  return pairs([
    ["Verdict", (t.correct ? "✓ right" : "✗ wrong") + ", reward " + num(t.reward)], ["Reference answer", plain(t.answer)], ["Verifier", t.verifier],
    ["Became of it", fate], ["Sampled by", t.versions.map((v) => `version ${v.version} (${v.tokens} tokens)`).join(", then ")],
    ["Task", t.taskId], ["Producer", t.producerId],
    ["Sampling", `temperature ${num(t.sampling.temperature)}, top-p ${num(t.sampling.topP)}, top-k ${num(t.sampling.topK)}, seed ${t.seed}`],
    ["Ended by", t.finishReason === "STOP" ? "end of text" : "the length limit"], ["Group", `${t.groupId}: ${t.group.count} rollouts, mean ${num(t.group.mean)}, deviation ${num(t.group.std)}${t.group.complete ? "" : ", closed by its deadline"}`],
    ["Generated", `${when(t.startedAtMs)}, in ${((t.finishedAtMs - t.startedAtMs) / 1000).toFixed(1)} s`],
  ]);
}

function pictures(t, urls) {
  if (!t.pictures) return null;
  const figures = t.pictureHashes.map((hash, i) => {
    const image = el("img", {alt: `Picture ${i + 1} of the prompt`});
    const caption = el("figcaption.quiet", {}, "SHA-256 " + hash.slice(0, 12) + "…");
    blob(`/api/trajectories/${encodeURIComponent(t.id)}/pictures/${i}`).then((data) => {
      const url = URL.createObjectURL(data);
      urls.push(url);
      image.src = url;
    }).catch((error) => { caption.textContent = "Picture cannot be shown: " + error.message; });
    return el("figure", {}, image, caption);
  });
  return el("section", {"aria-labelledby": "picture-title"}, el("h2", {id: "picture-title"}, t.pictures > 1 ? "Pictures" : "Picture"), figures);
}

function responses(t, tokens) {
  const told = el("p.token", {role: "status"}, "Point at the response, or walk through it with the arrow keys, to see single tokens.");
  const tell = (view, name) => (token) => { if (token >= 0) told.textContent = name + ": " + describe(t, tokens, view(), token); };
  const original = new ResponseView("Response as it was cut", tokens, tell(() => original, "As cut"));
  const other = new ResponseView("Response cut another way", tokens, tell(() => other, "What if"));
  const available = COLUMNS.filter(([name]) => t.perSegment[name]);
  const by = el("select", {id: "colour-by"}, available.map(([name, label]) => el("option", {value: name, selected: name === (t.perSegment.advantages ? "advantages" : "meanEntropy")}, label)), el("option", {value: ""}, "nothing"));
  const whatIf = whatIfForm(t);
  const verdict = el("p.quiet", {role: "status"});

  function draw() {
    original.draw(t.perSegment.ends, levels(t.perSegment[by.value], NEUTRAL[by.value]));
    const ends = cut(tokens, whatIf.settings());
    const same = ends.length === t.perSegment.ends.length && ends.every((end, i) => end === t.perSegment.ends[i]);
    verdict.textContent = `${ends.length} segments, ${same ? "the same as it was cut" : "it was cut into " + t.perSegment.ends.length}.`;
    other.draw(ends, levels(means(tokens.entropies, ends)));
  }
  by.addEventListener("change", draw);
  whatIf.node.addEventListener("input", draw);
  draw();
  return el("section", {"aria-labelledby": "response-title"}, el("h2", {id: "response-title"}, "Response"), told,
    el("div.side", {},
      el("div", {}, el("h3", {}, "As it was cut: " + t.strategy), el("div.row", {}, el("label", {htmlFor: "colour-by"}, "Shade by"), by),
        el("p.legend", {}, el("span.seg.neg3", {}, "low or negative"), " ", el("span.seg.pos3", {}, "high"), " ", el("span.seg.end", {}, "bar: a segment's end")), original.node),
      el("div", {}, el("h3", {}, "What if it were cut"), whatIf.node, verdict, other.node)));
}

function whatIfForm(t) {
  const given = parse(t.strategy) ?? {name: "entropy"};
  const settings = {percent: 30, below: 0.5, every: 10, ...given};
  const field = (name, label, props) => el("div.field." + name, {}, el("label", {htmlFor: "what-if-" + name}, label),
    el("input", {id: "what-if-" + name, type: "number", value: settings[name], ...props, oninput: (e) => { if (e.target.checkValidity() && e.target.value) settings[name] = Number(e.target.value); }}));
  const fields = {
    entropy: [field("percent", "top k %", {min: 0.1, max: 100, step: "any"})],
    probability: [field("below", "below p", {min: 0.001, max: 1, step: "any"}), field("every", "every c-th", {min: 1, max: 10000, step: 1})],
  };
  const parameters = el("span.row", {});
  const showFields = () => fill(parameters, fields[settings.name] ?? []);
  const select = el("select", {id: "what-if", oninput: (e) => { settings.name = e.target.value; showFields(); }},
    ["entropy", "newline", "step", "probability"].map((name) => el("option", {value: name, selected: name === settings.name}, name)));
  showFields();
  return {node: el("div.row", {}, el("label", {htmlFor: "what-if"}, "by"), select, parameters), settings: () => settings};
}

const NEUTRAL = {rewards: 0, advantages: 0, ratios: 1, behaviourRatios: 1};

/** Shades by distance from the neutral value; a column without one is shaded from its middle. */
function levels(column, neutral) {
  if (!column) return () => null;
  const sorted = column.filter((v) => v !== null).sort((a, b) => a - b);
  const middle = neutral ?? sorted[sorted.length >> 1] ?? 0;
  const reach = Math.max(...[sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0].map((v) => Math.abs(v - middle))) || 1;
  return (i) => (column[i] === null || column[i] === undefined ? null : Math.round((3 * (column[i] - middle)) / reach));
}

function means(values, ends) {
  let from = 0;
  return ends.map((end) => {
    let sum = 0;
    for (let i = from; i <= end; i++) sum += values[i] ?? 0;
    const mean = sum / (end - from + 1);
    from = end + 1;
    return mean;
  });
}

function describe(t, tokens, view, token) {
  const text = tokens.text.slice(token ? tokens.charEnds[token - 1] : 0, tokens.charEnds[token]);
  let left = token;
  const run = t.versions.find((v) => (left -= v.tokens) < 0);
  const segment = view.segmentOf(token);
  return `token ${token + 1} of ${tokens.charEnds.length} ${JSON.stringify(text)}, log-probability ${num(tokens.logProbs[token])}, entropy ${num(tokens.entropies[token])}` +
    `, version ${run ? run.version : "unknown"}, segment ${segment + 1} of ${view.ends.length}` + (tokens.mask && !tokens.mask[token] ? ", not trained" : "");
}

function segmentTable(t, tokens) {
  const {ends} = t.perSegment;
  const columns = COLUMNS.filter(([name]) => t.perSegment[name]);
  const holder = el("div", {});
  const text = (i) => {
    const from = i ? tokens.charEnds[ends[i - 1]] : 0;
    const whole = tokens.text.slice(from, tokens.charEnds[ends[i]]);
    return plain(whole.length > 60 ? whole.slice(0, 60) + "…" : whole);
  };
  function draw(start) {
    const rows = ends.slice(start, start + ROWS).map((_, i) => start + i);
    const page = (to, label) => el("button", {type: "button", disabled: to < 0 || to >= ends.length, onclick: () => draw(to)}, label);
    fill(holder, table("Segments", [
      {title: "#", num: true, cell: (i) => String(i + 1)},
      {title: "Text", wide: true, cell: text},
      {title: "Tokens", num: true, cell: (i) => num(ends[i] - (i ? ends[i - 1] : -1))},
      ...columns.map(([name, label]) => ({title: label, num: true, cell: (i) => num(t.perSegment[name][i])})),
    ], rows), ends.length > ROWS ? el("p.row", {}, page(start - ROWS, "Earlier segments"), `${start + 1} to ${Math.min(ends.length, start + ROWS)} of ${ends.length}`, page(start + ROWS, "Later segments")) : null);
  }
  draw(0);
  return el("section", {"aria-labelledby": "segments-title"}, el("h2", {id: "segments-title"}, "Segments"),
    t.perSegment.creditedBy === undefined ? el("p.quiet", {}, "No update has published values, advantages and ratios for it.")
      : el("p.quiet", {}, "Values, advantages and ratios are those of the update that made version " + t.perSegment.creditedBy + "."), holder);
}
