// Charts over weight versions, on uPlot. Each says its newest values in text, can be walked through
// with the arrow keys, and tells its series apart by dashes as well as by colour.

/* global uPlot */
import {el, fill, num} from "./dom.js";

const HEIGHT = 130;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];
const live = new Set();

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function themeChanged() {
  for (const chart of live) chart.redraw();
}

/** One figure. lines: [{label, points: marks only}]; floor: lowest value scaled to; setData([versions, values, …]) draws. */
export class Chart {
  constructor(title, lines, floor = null) {
    this.title = title;
    this.lines = lines;
    this.floor = floor;
    this.values = el("figcaption", {});
    this.spoken = el("span.hidden", {role: "status"});
    this.plotted = el("div.plot", {});
    this.node = el("figure.chart", {
      tabIndex: 0,
      role: "group",
      onkeydown: (event) => this.walk(event),
    }, this.values, this.plotted, this.spoken);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.plotted);
    live.add(this);
  }

  setData(data) {
    this.data = data;
    this.describe();
    if (this.plot) this.plot.setData(data);
    else this.redraw();
  }

  redraw() {
    this.plot?.destroy();
    this.plot = null;
    const width = this.plotted.clientWidth;
    if (!this.data || !this.data[0].length || !width) return;
    const axis = {
      stroke: css("--quiet"),
      grid: {stroke: css("--line"), width: 1},
      ticks: {stroke: css("--line"), width: 1, size: 4},
      font: "11px system-ui, sans-serif",
    };
    this.plot = new uPlot({
      width,
      height: HEIGHT,
      scales: {x: {time: false}, y: {range: (_, low, high) => this.range(low, high)}},
      legend: {show: false},
      cursor: {sync: {key: "versions"}, y: false, drag: {setScale: false}},
      hooks: {setCursor: [(plot) => this.describe(plot.cursor.idx)]},
      axes: [
        {...axis, size: 22, gap: 2, values: (_, ticks) => ticks.map((t) => (Number.isInteger(t) ? t : ""))},
        {...axis, size: (_, labels) => labelWidth(labels), gap: 2, space: 26, values: (_, ticks) => ticks.map(num)},
      ],
      series: [{}, ...this.lines.map((line, i) => ({
        label: line.label,
        stroke: css("--series-" + (i + 1)),
        width: line.points ? 0 : 2,
        fill: this.lines.length === 1 ? css("--fill-1") : undefined,
        dash: DASHES[i % DASHES.length],
        spanGaps: true,
        points: {show: line.points || this.data[0].length < 3, size: 7, fill: css("--series-" + (i + 1))},
      }))],
    }, this.data, this.plotted);
  }

  /** A single outlier below the floor must not flatten all else. */
  range(low, high) {
    if (low === null) return [0, 1];
    return uPlot.rangeNum(this.floor === null ? low : Math.max(low, this.floor), high, 0.1, true);
  }

  resize() {
    const width = this.plotted.clientWidth;
    if (!width) return;
    if (!this.plot) this.redraw();
    else if (this.plot.width !== width) this.plot.setSize({width, height: HEIGHT});
  }

  /** Writes the values at an index; without one, the newest. */
  describe(index) {
    if (!this.data) return;
    const at = index ?? this.data[0].length - 1;
    const parts = this.lines.map((line, i) => ({
      line,
      i,
      value: index === null || index === undefined ? lastOf(this.data[i + 1]) : this.data[i + 1]?.[at],
    }));
    fill(this.values, el("strong", {}, this.title), parts.map(({line, i, value}) =>
      el("span.key" + (i + 1), {}, el("b", {}, num(value)), line.label ? " " + line.label : null)));
    const version = this.data[0][at];
    const text = parts.map(({line, value}) => line.label + " " + num(value)).join(", ");
    this.node.setAttribute("aria-label", this.title + ", version " + num(version) + ": " + text);
    return version === undefined ? "no data" : "version " + version + ": " + text;
  }

  walk(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity}[event.key];
    if (step === undefined || !this.plot) return;
    event.preventDefault();
    const last = this.data[0].length - 1;
    this.at = Math.max(0, Math.min(last, (this.at ?? last) + step));
    this.plot.setCursor({left: this.plot.valToPos(this.data[0][this.at], "x"), top: 0}, false);
    this.spoken.textContent = this.describe(this.at);
  }

  destroy() {
    live.delete(this);
    this.observer.disconnect();
    this.plot?.destroy();
  }
}

/** Pixels for the longest label, so that none loses its sign or its first digits; labels may be null. */
function labelWidth(labels) {
  return Math.max(44, 10 + 7 * Math.max(0, ...(labels ?? []).map((label) => String(label).length)));
}

function lastOf(column) {
  for (let i = (column?.length ?? 0) - 1; i >= 0; i--) {
    if (column[i] !== null && column[i] !== undefined) return column[i];
  }
  return null;
}
