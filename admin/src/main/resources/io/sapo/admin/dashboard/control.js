// Commands to the run. Each becomes a record on the control topic; what comes of it shows in the
// components' states.

import {get, post, token} from "./api.js";
import {el, fill, when} from "./dom.js";

const COMMANDS = [
  ["pause", "producer", "Pause producers"],
  ["resume", "producer", "Resume producers"],
  ["pause", "learner", "Pause learner"],
  ["resume", "learner", "Resume learner"],
  ["checkpoint", "learner", "Checkpoint now"],
  ["evaluate", "evaluator", "Evaluate now"],
  ["export", "learner", "Export now"],
];

export function controls() {
  const said = el("p", {role: "status"});
  const log = el("ul.plain", {});
  const states = el("p.quiet", {});

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
      fill(log, commands.slice(0, 10).map((c) =>
        el("li", {}, when(c.atMs) + " – " + c.action + " " + c.target + ", by " + c.requestedBy)));
    } catch (error) {
      fill(log, el("li", {}, "The log of commands cannot be shown: " + error.message));
    }
  }

  list();
  const node = el("section", {"aria-labelledby": "control-title"},
    el("h2", {id: "control-title"}, "Control"), states,
    el("div.row", {}, COMMANDS.map(([action, target, title]) =>
      el("button", {type: "button", onclick: () => send(action, target, title)}, title))),
    said, el("details", {ontoggle: (e) => e.target.open && list()}, el("summary", {}, "Log of commands"), log));
  return {
    node,
    update(status) {
      const of = (kind) => status.components.filter((c) => c.component === kind).map((c) => c.state).join(", ") || "unknown";
      states.textContent = "Producers: " + of("producer") + ". Learner: " + of("learner") + ".";
    },
  };
}
