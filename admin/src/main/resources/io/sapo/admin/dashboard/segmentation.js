// The four ways to cut a response, as the segmenter cuts: pure functions from tokens to the indices
// of each segment's last token.

const STEP = /(?<![\p{L}\p{N}_])(?:Step|STEP)[ \t]{0,4}[0-9]/gu;

/** tokens: {text, charEnds, entropies, logProbs} */
export const strategies = {
  entropy: ({entropies}, {percent}) => {
    const wide = entropies.map((e) => Math.fround(e ?? -Infinity));
    const chosen = Math.max(1, Math.ceil((percent * wide.length) / 100));
    const threshold = [...wide].sort((a, b) => b - a)[chosen - 1];
    let ties = chosen - wide.filter((e) => e > threshold).length;
    return close(indices(wide, (e) => e > threshold || (e === threshold && ties-- > 0)), wide.length);
  },
  newline: ({text, charEnds}) =>
    close(indices(charEnds, (end, i) => text.slice(i ? charEnds[i - 1] : 0, end).includes("\n")), charEnds.length),
  step: ({text, charEnds}) => {
    const ends = [];
    let token = 0;
    for (const marker of text.matchAll(STEP)) {
      while (token < charEnds.length - 1 && charEnds[token] <= marker.index) token++;
      if (token > 0 && (!ends.length || ends[ends.length - 1] < token - 1)) ends.push(token - 1);
    }
    return close(ends, charEnds.length);
  },
  probability: ({logProbs}, {below, every}) => {
    let low = 0;
    return close(indices(logProbs, (p) => {
      if (!(Math.fround(p ?? 0) < Math.log(below)) || ++low < every) return false;
      low = 0;
      return true;
    }), logProbs.length);
  },
};

function indices(values, ends) {
  const found = [];
  values.forEach((value, i) => ends(value, i) && found.push(i));
  return found;
}

function close(ends, tokens) {
  if (tokens && ends[ends.length - 1] !== tokens - 1) ends.push(tokens - 1);
  return ends;
}

/** "entropy(30%)" → {name: "entropy", percent: 30}; null for what is not one of the four. */
export function parse(description) {
  const [, name, args] = /^(\w+)(?:\((.*)\))?$/.exec(description) ?? [];
  const values = (args ?? "").split(",").map(parseFloat);
  switch (name) {
    case "entropy": return {name, percent: values[0] || 30};
    case "probability": return {name, below: values[0] || 0.5, every: values[1] || 10};
    case "newline":
    case "step": return {name};
    default: return null;
  }
}

export const cut = (tokens, settings) => (tokens.charEnds.length ? strategies[settings.name](tokens, settings) : []);
