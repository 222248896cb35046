// A response as text, cut into segments, coloured by one of their numbers; tokens are found by
// position, so that a long response costs no node a token.

import {el} from "./dom.js";
import {pieces} from "./text.js";

const BLOCK_CHARS = 3000;
const FORCED_BLOCK_CHARS = 20000;

/** onToken(index or −1) is called when a token is pointed at or walked to. */
export class ResponseView {
  constructor(label, tokens, onToken) {
    this.tokens = tokens;
    this.onToken = onToken;
    this.starts = new WeakMap();
    this.at = -1;
    // Blocks out of sight of a long response are not laid out.
    this.node = el(tokens.text.length > FORCED_BLOCK_CHARS ? "div.response.long" : "div.response", {
      tabIndex: 0,
      role: "group",
      "aria-label": label,
      onmousemove: (event) => this.point(event),
      onmouseleave: () => this.select(-1),
      onkeydown: (event) => this.walk(event),
    });
    this.highlight = typeof Highlight === "function" ? new Highlight() : null;
  }

  /** level(segment) → the class that shades it, or null for none. */
  draw(ends, level) {
    this.ends = ends;
    this.nodes = [];
    this.select(-1);
    const blocks = [];
    let block = null;
    let inBlock = 0;
    let from = 0;
    ends.forEach((end, segment) => {
      const to = this.charEnd(end);
      for (let piece = from; piece < to || piece === from;) {
        if (!block) {
          block = el("div.block", {});
          blocks.push(block);
          inBlock = 0;
        }
        const cutAt = this.blockEnd(piece, to, inBlock);
        block.append(this.segment(segment, piece, cutAt, level(segment), cutAt === to));
        inBlock += cutAt - piece;
        if (cutAt < to || this.endsBlock(cutAt, inBlock)) block = null;
        if (cutAt === piece) break;
        piece = cutAt;
      }
      from = to;
    });
    this.node.replaceChildren(...blocks);
  }

  charEnd(token) {
    return this.tokens.charEnds[token] ?? 0;
  }

  /** Where the piece that starts here must end so that its block does not grow without bound. */
  blockEnd(from, to, inBlock) {
    const room = Math.max(1, FORCED_BLOCK_CHARS - inBlock);
    if (inBlock + to - from <= BLOCK_CHARS) return to;
    const newline = this.tokens.text.indexOf("\n", Math.max(from, from + BLOCK_CHARS - inBlock));
    const end = newline >= 0 && newline < to ? newline + 1 : to;
    return Math.min(end, from + room);
  }

  endsBlock(at, inBlock) {
    return (inBlock > BLOCK_CHARS && this.tokens.text[at - 1] === "\n") || inBlock >= FORCED_BLOCK_CHARS;
  }

  segment(index, from, to, level, last) {
    const classes = ["seg"];
    if (level !== null) classes.push(level);
    if (last) classes.push("end");
    const span = el("span." + classes.join("."), {"data-segment": index});
    span.append(...pieces(this.tokens.text.slice(from, to), from, (node, at) => {
      this.starts.set(node, at);
      this.nodes.push([at, node]);
    }));
    return span;
  }

  tokenAt(char) {
    const ends = this.tokens.charEnds;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      ends[middle] > char ? (high = middle) : (low = middle + 1);
    }
    return ends.length ? low : -1;
  }

  point(event) {
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const range = caret ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const node = caret?.offsetNode ?? range?.startContainer;
    const start = this.starts.get(node);
    if (start === undefined) return;
    this.select(this.tokenAt(start + (caret?.offset ?? range.startOffset)));
  }

  walk(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.select(Math.max(0, Math.min(this.tokens.charEnds.length - 1, this.at + step)));
    this.show(this.at, 3);
  }

  /** Blocks that come into sight get their true height only then, so that one jump may fall short. */
  show(token, jumps) {
    if (token !== this.at || !jumps) return;
    const end = this.charEnd(token);
    this.range(end, end)?.startContainer.parentElement.scrollIntoView({block: "nearest"});
    requestAnimationFrame(() => this.show(token, jumps - 1));
  }

  select(token) {
    if (token === this.at) return;
    this.at = token;
    this.onToken(token);
    this.highlight?.clear();
    if (token < 0 || !this.highlight) return;
    const range = this.range(token ? this.charEnd(token - 1) : 0, this.charEnd(token));
    if (range) {
      this.highlight.add(range);
      CSS.highlights.set("token", this.highlight);
    }
  }

  range(from, to) {
    const range = document.createRange();
    const place = (char, set) => {
      let low = 0;
      let high = this.nodes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        this.nodes[middle][0] <= char ? (low = middle) : (high = middle - 1);
      }
      const found = this.nodes[low];
      if (!found) return false;
      set.call(range, found[1], Math.max(0, Math.min(found[1].length, char - found[0])));
      return true;
    };
    return place(from, range.setStart) && place(to, range.setEnd) ? range : null;
  }

  segmentOf(token) {
    return this.ends.findIndex((end) => end >= token);
  }
}
