// Small helpers for building the page. Text always goes in as text nodes, never as markup.

/** el("a.quiet", {href: "#/"}, "text", child, …): an element with classes, properties, children. */
export function el(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && !name.includes("-") && name !== "list") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

/** A number as a person reads it: four significant digits, no exponent where one can do without. */
export function num(value) {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size < 0.0001) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** Numbers of one column with the same number of decimals, so that their points line up. */
export function aligned(values) {
  const known = values.filter((value) => typeof value === "number");
  const largest = Math.max(0, ...known.map(Math.abs));
  const whole = known.every(Number.isInteger);
  const decimals = whole ? 0 : Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(largest || 1))));
  const format = {minimumFractionDigits: decimals, maximumFractionDigits: decimals};
  return (value) => {
    if (value === null || value === undefined) return "–";
    const text = value.toLocaleString("en", format);
    return value !== 0 && Number(text.replaceAll(",", "")) === 0 ? num(value) : text;
  };
}

export const signed = (value) => (value > 0 ? "+" : "") + num(value);
export const percent = (value) => (value === null || value === undefined ? "–" : (100 * value).toFixed(1) + " %");
export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
export const when = (ms) => new Date(ms).toLocaleString("en-GB");
export const plural = (count, word) => num(count) + " " + word + (count === 1 ? "" : "s");

export function ago(ms, now) {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 90) return seconds + " s ago";
  if (seconds < 5400) return Math.round(seconds / 60) + " min ago";
  return Math.round(seconds / 3600) + " h ago";
}

/**
 * columns: [{title, cell: row → node or text, or value: row → number, aligned; num: right-aligned,
 * wide: holds sentences, fit: never broken}]
 */
export function table(caption, columns, rows) {
  const cells = columns.map((c) => {
    if (!c.value) return c.cell;
    const format = aligned(rows.map(c.value));
    return (row) => format(c.value(row));
  });
  const kind = (c) => (c.num || c.value ? ".num" : c.wide ? ".wide" : c.fit ? ".fit" : "");
  return el("div.scroll", {tabIndex: 0, role: "region", "aria-label": caption},
    el("table", {},
      el("caption.hidden", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((c) => el("th" + (kind(c) === ".num" ? ".num" : ""), {scope: "col"}, c.title)))),
      el("tbody", {}, rows.map((row) =>
        el("tr", {}, columns.map((c, i) => {
          const content = cells[i](row) ?? "–";
          return i === 0 ? el("th" + kind(c), {scope: "row"}, content) : el("td" + kind(c), {}, content);
        }))))));
}

export const pairs = (entries) =>
  el("dl.card", {}, entries.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value ?? "–"))));

/** Settings of a JSON value by their dotted paths, values as JSON. */
export function flat(value, path = "", into = new Map()) {
  if (value !== null && typeof value === "object" && Object.keys(value).length) {
    for (const [key, inner] of Object.entries(value)) flat(inner, path ? path + "." + key : key, into);
  } else if (path) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}

/** The state of a component, or of several that are in it. */
export function state(name, text = name) {
  const kind = ["silent", "failed"].includes(name) ? "bad" : ["paused", "stopping", "stopped"].includes(name) ? "idle" : "good";
  return el("span.state." + kind, {}, text);
}

export function problem(error) {
  return el("p.problem", {role: "alert"}, "Cannot show this: " + error.message);
}
