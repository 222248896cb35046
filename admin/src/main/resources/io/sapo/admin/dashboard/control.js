// Commands to the run. Each becomes a record on the control topic; what comes of it shows in the
// components' states.

import {get, post, token} from "./api.js";
import {el, fill, state, when} from "./dom.js";

const ERRANDS = [
  ["checkpoint", "learner", "Checkpoint now"],
  ["evaluate", "evaluator", "Evaluate now"],
  ["export", "learner", "Export now"],
];
const PAUSABLE = [
  ["producer", "Producers", "producers"],
  ["learner", "Learner", "learner"],
];

export function controls() {
  const said = el("p", {role: "status"});
  const log = el("ul.plain", {});
  const outcome = el("span.quiet", {});

  async function send(action, target, title) {
    if (!token.get()) {
      said.textContent = title + " needs the token.";
      document.dispatchEvent(new Event("sapo-token-needed"));
      return;
    }
    said.textContent = title + "…";
    try {
      const sent = await post("/api/control/" + action, {target});
      said.textContent = title + ": sent, at " + sent.position + " of the control topic.";
      said.className = "";
      await list();
    } catch (error) {
      said.textContent = title + " was refused: " + error.message + ".";
      said.className = "problem";
    }
  }

  async function list() {
    try {
      const {commands} = await get("/api/commands");
      fill(log, commands.length ? commands.slice(0, 10).map((c) =>
        el("li", {}, when(c.atMs) + " – " + c.action + " " + c.target + ", by " + c.requestedBy + (c.outcome ? ": " + c.outcome : ""))) : el("li.quiet", {}, "None has been given."));
    } catch (error) {
      fill(log, el("li", {}, "The log of commands cannot be shown: " + error.message));
    }
  }

  const button = (action, target, title) => el("button", {type: "button", onclick: () => send(action, target, title)}, title);
  const cards = PAUSABLE.map(([kind, name, word]) => {
    const states = el("span.row", {});
    return {
      kind,
      states,
      node: el("div.card", {}, el("div.row", {}, el("strong", {}, name), states),
        el("div.row", {}, button("pause", kind, "Pause " + word), button("resume", kind, "Resume " + word))),
    };
  });

  list();
  const node = el("section", {"aria-labelledby": "control-title"}, el("h2", {id: "control-title"}, "Control"),
    el("div.commands", {}, cards.map((card) => card.node),
      el("div.card", {}, el("div.row", {}, el("strong", {}, "Newest version"), outcome), el("div.row", {}, ERRANDS.map((errand) => button(...errand))))),
    said, el("details", {ontoggle: (e) => e.target.open && list()}, el("summary", {}, "Log of commands"), log));
  return {
    node,
    update(status) {
      for (const {kind, states} of cards) {
        const found = new Set(status.components.filter((c) => c.component === kind).map((c) => (c.silent ? "silent" : c.state)));
        fill(states, found.size ? [...found].map((name) => state(name)) : el("span.quiet", {}, "unknown"));
      }
      const exported = status.components.map((c) => c.info.last_export).find(Boolean);
      fill(outcome, exported ? "last export: " + exported : "");
    },
  };
}
