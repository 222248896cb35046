// The reader of one trajectory: picture, prompt, response by segment, numbers per segment and token,
// and the same response cut another way.

import {blob, get} from "./api.js";
import {aligned, el, fill, num, pairs, plural, problem, table, when} from "./dom.js";
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
  const segments = segmentTable(t, tokens);
  body.append(el("div.exhibit", {}, pictures(t, urls), el("section", {"aria-labelledby": "prompt-title"},
    el("h2", {id: "prompt-title"}, "Prompt"), el("p.prompt", {}, plain(t.prompt)), el("p.quiet", {}, plural(t.promptTokens, "token")), verdict(t), reasons(t))),
  responses(t, tokens, segments.mark), segments.node, el("h2", {}, "Where it comes from"), facts(t));
  return {leave: () => urls.forEach((url) => URL.revokeObjectURL(url))};
}

function verdict(t) {
  return el("p.row", {}, el("span.state." + (t.correct ? "good" : "bad"), {}, t.correct ? "✓ right" : "✗ wrong"),
    el("span", {}, "reward ", el("strong", {}, num(t.reward))), el("span", {}, "reference answer ", el("strong", {}, plain(t.answer))),
    el("span.quiet", {}, "judged by " + t.verifier));
}

/** What was found as the answer, how it was read, and why it is right or not. */
function reasons(t) {
  const of = t.judging;
  const rows = of ? [
    ["Found as the answer", of.found ? el("code", {}, plain(of.found)) : "nothing"],
    ["Read as", of.read ? el("code", {}, plain(of.read)) : null],
    ["Reference read as", of.reference ? el("code", {}, plain(of.reference)) : null],
    ["Why", [plain(of.why), of.agrees ? "" : " (under today's settings, which judge otherwise than was recorded)"]],
  ].filter(([, value]) => value !== null) : [];
  const judges = t.judgements.map((j) => ["Judge " + j.judge,
    [`${j.correct ? "right" : "wrong"}, reward ${num(j.reward)}`, j.why ? ": " : "", plain(j.why), " (", plain(j.version), ")"]]);
  return rows.length + judges.length ? el("div.reasons", {}, pairs([...rows, ...judges])) : null;
}

function facts(t) {
  const fate = t.consumedBy === null ? "waiting to be consumed"
    : [el("a", {href: "#/versions/" + t.consumedBy}, "version " + t.consumedBy), t.skipped ? " skipped it: " + t.skipped : ` trained on it, ${plural(t.staleness, "version")} stale`];
  return pairs([
    ["Became of it", fate], ["Sampled by", t.versions.map((v) => `version ${v.version} (${plural(v.tokens, "token")})`).join(", then ")],
    ["Task", t.taskId], ["Producer", t.producerId],
    ["Sampling", `temperature ${num(t.sampling.temperature)}, top-p ${num(t.sampling.topP)}, top-k ${num(t.sampling.topK)}, seed ${t.seed}`],
    ["Ended by", t.finishReason === "STOP" ? "end of text, or a stop text" : "the length limit"], ["Group", `${t.groupId}: ${plural(t.group.count, "rollout")}, mean ${num(t.group.mean)}, deviation ${num(t.group.std)}${t.group.complete ? "" : ", closed by its deadline"}`],
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
  return el("section.pictures", {"aria-labelledby": "picture-title"}, el("h2", {id: "picture-title"}, t.pictures > 1 ? "Pictures" : "Picture"), figures);
}

/** markRow(segment or −1) marks a row of the table. */
function responses(t, tokens, markRow) {
  const told = el("div.token", {role: "status"}, "Point at the response, or walk through it with the arrow keys, to see single tokens.");
  const tell = (view, cut, mark) => (token) => {
    if (token >= 0) fill(told, describe(t, tokens, view(), token, cut));
    mark?.(token < 0 ? -1 : view().segmentOf(token));
  };
  const original = new ResponseView("Response as it was cut", tokens, tell(() => original, "as it was cut", markRow));
  const other = new ResponseView("Response cut another way", tokens, tell(() => other, "as it might be cut"));
  const available = COLUMNS.filter(([name]) => t.perSegment[name]);
  const by = el("select", {id: "colour-by"}, available.map(([name, label]) => el("option", {value: name, selected: name === (t.perSegment.advantages ? "advantages" : "meanEntropy")}, label)),
    el("option", {value: "turns"}, "turns, to tell segments apart"), el("option", {value: ""}, "nothing"));
  const whatIf = whatIfForm(t);
  const verdictOfCut = el("p.legend", {role: "status"});
  const legend = el("p.legend", {});

  function draw() {
    const shade = levels(t.perSegment[by.value], NEUTRAL[by.value]);
    original.draw(t.perSegment.ends, by.value === "turns" ? TURNS : shade.level);
    fill(legend, by.value === "turns" || !by.value ? null : scale(shade), el("span.seg.end", {}, "a segment ends"));
    const ends = cut(tokens, whatIf.settings());
    const same = ends.length === t.perSegment.ends.length && ends.every((end, i) => end === t.perSegment.ends[i]);
    const mean = levels(means(tokens.entropies, ends));
    fill(verdictOfCut, el("span", {}, `${plural(ends.length, "segment")}, ${same ? "the same as it was cut" : "it was cut into " + t.perSegment.ends.length}; shaded by mean entropy`), scale(mean));
    other.draw(ends, mean.level);
  }
  by.addEventListener("change", draw);
  whatIf.node.addEventListener("input", draw);
  draw();
  return el("section", {"aria-labelledby": "response-title"}, el("h2", {id: "response-title"}, "Response"), told,
    el("div.side", {},
      el("div", {}, el("h3", {}, "As it was cut: " + t.strategy), el("div.row", {}, el("label", {htmlFor: "colour-by"}, "Shade by"), by), legend, original.node),
      el("div", {}, el("h3", {}, "What if it were cut"), whatIf.node, verdictOfCut, other.node)));
}

const TURNS = (segment) => (segment % 2 ? "odd" : "even");

/** The shades from lowest to highest, with the numbers that stand for them. */
function scale({low, middle, high}) {
  if (low === high) return null;
  const format = aligned([low, middle, high]);
  return el("span.scale", {}, ["neg3", "neg2", "neg1", "none", "pos1", "pos2", "pos3"].map((shade, i) =>
    el("span." + shade, {}, {0: format(low), 3: format(middle), 6: format(high)}[i] ?? "\u00a0")));
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

/**
 * Shades by distance from the neutral value, evenly to both sides; a column without one is shaded
 * from its middle value to its lowest and to its highest.
 */
function levels(column, neutral) {
  if (!column) return {level: () => null, low: 0, middle: 0, high: 0};
  const sorted = column.filter((v) => v !== null).sort((a, b) => a - b);
  const middle = neutral ?? sorted[sorted.length >> 1] ?? 0;
  const below = middle - (sorted[0] ?? middle);
  const above = (sorted[sorted.length - 1] ?? middle) - middle;
  const reach = Math.max(below, above);
  const [down, up] = neutral === undefined ? [below, above] : [reach, reach];
  const level = (i) => {
    if (column[i] === null || column[i] === undefined) return null;
    const away = column[i] - middle;
    const shade = Math.round((3 * away) / ((away < 0 ? down : up) || 1));
    return shade ? (shade < 0 ? "neg" + -shade : "pos" + shade) : null;
  };
  return {level, low: middle - down, middle, high: middle + up};
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

/** Everything known of a token and of the segment it lies in. */
function describe(t, tokens, view, token, cutName) {
  const text = tokens.text.slice(token ? tokens.charEnds[token - 1] : 0, tokens.charEnds[token]);
  let left = token;
  const run = t.versions.find((v) => (left -= v.tokens) < 0);
  const segment = view.segmentOf(token);
  const asCut = view.ends === t.perSegment.ends;
  const fact = (name, value) => el("span", {}, el("span.quiet", {}, name + " "), value);
  return [
    el("div.facts", {}, el("span", {}, el("strong", {}, `token ${token + 1} of ${tokens.charEnds.length} `), el("code", {}, plain(text))),
      fact("log-probability", num(tokens.logProbs[token])), fact("entropy", num(tokens.entropies[token])),
      fact("version", run ? String(run.version) : "unknown"), tokens.mask && !tokens.mask[token] ? el("span", {}, "not trained") : null),
    el("div.facts", {}, el("strong", {}, `segment ${segment + 1} of ${view.ends.length} ${cutName}`),
      asCut ? COLUMNS.filter(([name]) => t.perSegment[name]).map(([name, label]) => fact(label, num(t.perSegment[name][segment]))) : null),
  ];
}

function segmentTable(t, tokens) {
  const {ends} = t.perSegment;
  const columns = COLUMNS.filter(([name]) => t.perSegment[name]);
  const holder = el("div", {});
  let first = 0;
  let marked = null;
  const text = (i) => {
    const from = i ? tokens.charEnds[ends[i - 1]] : 0;
    const whole = tokens.text.slice(from, tokens.charEnds[ends[i]]);
    return el("span.mono", {}, plain(whole.length > 60 ? whole.slice(0, 60) + "…" : whole));
  };
  function draw(start) {
    first = start;
    marked = null;
    const rows = ends.slice(start, start + ROWS).map((_, i) => start + i);
    const page = (to, label) => el("button", {type: "button", disabled: to < 0 || to >= ends.length, onclick: () => draw(to)}, label);
    fill(holder, table("Segments", [
      {title: "#", num: true, cell: (i) => String(i + 1)},
      {title: "Text", wide: true, cell: text},
      {title: "Tokens", num: true, cell: (i) => num(ends[i] - (i ? ends[i - 1] : -1))},
      ...columns.map(([name, label]) => ({title: label, value: (i) => t.perSegment[name][i]})),
    ], rows), ends.length > ROWS ? el("p.row", {}, page(start - ROWS, "Earlier segments"), `${start + 1} to ${Math.min(ends.length, start + ROWS)} of ${ends.length}`, page(start + ROWS, "Later segments")) : null);
  }
  draw(0);
  return {
    mark(segment) {
      marked?.classList.remove("here");
      marked = segment < first ? null : holder.querySelectorAll("tbody tr")[segment - first] ?? null;
      marked?.classList.add("here");
    },
    node: el("section", {"aria-labelledby": "segments-title"}, el("h2", {id: "segments-title"}, "Segments"),
      t.perSegment.creditedBy === undefined ? el("p.quiet", {}, "No update has published values, advantages and ratios for it.")
        : el("p.quiet", {}, "Values, advantages and ratios are those of the update that made version " + t.perSegment.creditedBy + "."), holder),
  };
}
