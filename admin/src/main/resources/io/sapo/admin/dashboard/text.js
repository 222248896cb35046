// Text of models and records as text: nothing in it is markup, and characters that would hide or
// reorder it are shown by name instead of taking effect.

import {el} from "./dom.js";

const NAMES = {
  0x00ad: "SHY", 0x061c: "ALM", 0x180e: "MVS", 0x200b: "ZWSP", 0x200e: "LRM", 0x200f: "RLM", 0x2028: "LS", 0x2029: "PS",
  0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO", 0x2060: "WJ",
  0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x7f: "DEL", 0xfeff: "BOM",
};
const SPECIAL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]|\n/u;
const EACH = new RegExp(SPECIAL.source, "gu");

const CONTROLS = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC " +
  "FS GS RS US").split(" ");

function shown(code) {
  if (code < 0x20) return "[" + CONTROLS[code] + "]";
  return "[" + (NAMES[code] ?? "U+" + code.toString(16).toUpperCase().padStart(4, "0")) + "]";
}

/**
 * Nodes for a piece of text, and the offset in the whole text at which each begins: note(node, at).
 */
export function pieces(text, at = 0, note = () => {}) {
  const nodes = [];
  const plainText = (from, to) => {
    if (from === to) return;
    const node = document.createTextNode(text.slice(from, to));
    note(node, at + from);
    nodes.push(node);
  };
  let from = 0;
  for (const match of text.matchAll(EACH)) {
    plainText(from, match.index);
    const code = match[0].codePointAt(0);
    const node = code === 10
      ? el("span.newline", {}, "\n")
      : el("span.ctl", {title: "U+" + code.toString(16).toUpperCase().padStart(4, "0")}, shown(code));
    note(node.firstChild, at + match.index);
    nodes.push(node);
    from = match.index + match[0].length;
  }
  plainText(from, text.length);
  return nodes;
}

export const plain = (text) => el("span.plain-text", {}, pieces(text));

/** The same without marks at line ends, for text whose lines mean nothing. */
export const lines = (text) => el("span.plain-text", {}, text.split("\n").flatMap((line, i) => (i ? ["\n", ...pieces(line)] : pieces(line))));
