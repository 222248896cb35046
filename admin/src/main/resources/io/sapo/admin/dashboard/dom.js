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

export const signed = (value) => (value > 0 ? "+" : "") + num(value);
export const percent = (value) => (value === null || value === undefined ? "–" : (100 * value).toFixed(1) + " %");
export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
export const when = (ms) => new Date(ms).toLocaleString("en-GB");

export function ago(ms, now) {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 90) return seconds + " s ago";
  if (seconds < 5400) return Math.round(seconds / 60) + " min ago";
  return Math.round(seconds / 3600) + " h ago";
}

/** columns: [{title, cell: row → node or text, num: right-aligned, wide: holds sentences}] */
export function table(caption, columns, rows) {
  return el("div.scroll", {tabIndex: 0, role: "region", "aria-label": caption},
    el("table", {},
      el("caption.hidden", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((c) => el(c.num ? "th.num" : "th", {scope: "col"}, c.title)))),
      el("tbody", {}, rows.map((row) =>
        el("tr", {}, columns.map((c, i) => {
          const content = c.cell(row);
          return i === 0
            ? el(c.num ? "th.num" : "th", {scope: "row"}, content ?? "–")
            : el(c.num ? "td.num" : c.wide ? "td.wide" : "td", {}, content ?? "–");
        }))))));
}

export const pairs = (entries) =>
  el("dl", {}, entries.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value ?? "–"))));

export function problem(error) {
  return el("p.problem", {role: "alert"}, "Cannot show this: " + error.message);
}
