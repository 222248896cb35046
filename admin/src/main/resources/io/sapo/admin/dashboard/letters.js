// Dead letters: what was refused, why, and what can be read of it.

import {get} from "./api.js";
import {el, fill, num, pairs, problem, table, when} from "./dom.js";
import {lines, plain} from "./text.js";

export async function showList(body, _args, query, status) {
  const content = el("div", {});
  fill(body, el("h1", {}, "Dead letters"), content);

  async function load() {
    const page = await get("/api/dead-letters?" + query);
    const older = new URLSearchParams(query);
    older.set("before", page.next ?? "");
    fill(content,
      el("p.row", {}, el("a", {href: "#/dead-letters"}, "All"), page.reasons.map((r) =>
        el("a", {href: "#/dead-letters?reason=" + encodeURIComponent(r.reason)}, `${r.reason} (${num(r.count)})`))),
      page.deadLetters.length ? table("Dead letters, newest first", [
        {title: "Record", cell: (d) => el("a", {href: "#/dead-letters/" + d.position}, d.position)},
        {title: "Refused", cell: (d) => when(d.atMs)},
        {title: "Reason", cell: (d) => d.reason},
        {title: "Detail", wide: true, cell: (d) => plain(d.detail)},
        {title: "From", cell: (d) => `${d.sourceTopic} ${d.sourcePartition}-${d.sourceOffset}`},
        {title: "Bytes", num: true, cell: (d) => num(d.bytes)},
      ], page.deadLetters) : el("p", {}, "Nothing has been refused."),
      el("p.row", {}, page.next ? el("a", {href: "#/dead-letters?" + older}, "Older") : null));
  }

  let seen = status?.deadLetters;
  try {
    await load();
  } catch (error) {
    fill(content, problem(error));
  }
  return {
    update(next) {
      if (!query.get("before") && seen !== undefined && next.deadLetters !== seen) {
        load().catch((error) => fill(content, problem(error)));
      }
      seen = next.deadLetters;
    },
  };
}

export async function showOne(body, [position]) {
  fill(body, el("h1", {}, "Dead letter " + position));
  try {
    const d = await get("/api/dead-letters/" + encodeURIComponent(position));
    body.append(
      pairs([["Reason", d.reason], ["Detail", plain(d.detail)], ["Refused", when(d.atMs)], ["Key", plain(d.key)],
        ["From", `${d.sourceTopic}, partition ${d.sourcePartition}, offset ${d.sourceOffset}`], ["Size", num(d.bytes) + " bytes"]]),
      el("h2", {}, "As its topic's schema reads it"),
      d.decoded ? el("pre", {tabIndex: 0, "aria-label": "Decoded record"}, lines(pretty(d)), d.decodedIsWhole ? "" : " … cut here")
        : el("p.problem", {}, d.decodeError),
      el("h2", {}, d.hexIsWhole ? "Its bytes" : "Its first bytes"),
      el("pre", {tabIndex: 0, "aria-label": "Bytes"}, dump(d.hex)));
  } catch (error) {
    body.append(problem(error));
  }
}

/** The server writes one line an element; short rows of numbers read better on one. */
function pretty(d) {
  return d.decoded.replace(/\[([^[\]{}"]*)("… [^"]*")?\s*\]/g, (_, numbers, more) => "[" + numbers.replace(/\s+/g, " ").trim() + (more ? " " + more : "") + "]");
}

function dump(hex) {
  const lines = [];
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = hex.slice(at, at + 32).match(/../g);
    const text = bytes.map((b) => parseInt(b, 16)).map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : ".")).join("");
    lines.push((at / 2).toString(16).padStart(6, "0") + "  " + bytes.join(" ").padEnd(48) + " " + text);
  }
  return lines.join("\n");
}
