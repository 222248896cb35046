// The list of trajectories, with filters that live in the address.

import {get} from "./api.js";
import {clock, el, fill, num, problem, table} from "./dom.js";

const FILTERS = [
  ["id", "Id contains", "text"],
  ["task", "Task contains", "text"],
  ["verifier", "Verifier", "text"],
  ["version", "Sampled by version", "number"],
  ["consumedBy", "Consumed by version", "number"],
  ["minReward", "Reward from", "number"],
  ["maxReward", "Reward to", "number"],
  ["minStaleness", "Staleness from", "number"],
  ["maxStaleness", "Staleness to", "number"],
  ["correct", "Correct", ["", "true", "false"]],
  ["skipped", "Skipped", ["", "true", "false"]],
];

export async function show(body, _args, query, status) {
  const content = el("div", {});
  const fresh = el("p", {role: "status"});
  fill(body, el("h1", {}, "Trajectories"), form(query), fresh, content);
  const seen = status?.trajectories;

  async function load() {
    const page = await get("/api/trajectories?" + query);
    const older = new URLSearchParams(query);
    older.set("before", page.next ?? "");
    const newest = new URLSearchParams(query);
    newest.delete("before");
    fill(content,
      el("p.quiet", {}, `${num(page.matched)} of ${num(page.indexed)} indexed trajectories ${query.get("before") ? "from here back " : ""}match.`),
      table("Trajectories, newest first", [
        {title: "Trajectory", cell: (t) => el("a", {href: "#/trajectories/" + encodeURIComponent(t.id)}, t.id)},
        {title: "Arrived", fit: true, cell: (t) => clock(t.atMs)},
        {title: "Task", cell: (t) => t.taskId},
        {title: "Reward", value: (t) => t.reward},
        {title: "Answer", fit: true, cell: (t) => (t.correct ? "✓ right" : "✗ wrong")},
        {title: "Tokens", num: true, cell: (t) => num(t.tokens)},
        {title: "Segments", num: true, cell: (t) => num(t.segments)},
        {title: "Sampled by", num: true, cell: (t) => t.firstVersion + (t.lastVersion > t.firstVersion ? "–" + t.lastVersion : "")},
        {title: "Became of it", wide: true, cell: fate},
        {title: "Staleness", num: true, cell: (t) => num(t.staleness)},
        {title: "Verifier", cell: (t) => t.verifier},
      ], page.trajectories),
      el("p.row", {}, query.get("before") ? el("a", {href: "#/trajectories?" + newest}, "Newest") : null,
        page.next ? el("a", {href: "#/trajectories?" + older}, "Older") : null));
  }

  try {
    await load();
  } catch (error) {
    fill(content, problem(error));
  }
  return {
    update(next) {
      const more = next.trajectories - (seen ?? next.trajectories);
      if (more > 0 && !query.get("before") && !fresh.firstChild) {
        fill(fresh, el("button", {type: "button", onclick: () => { fill(fresh); load(); }}, "Newer ones have arrived: show them"));
      }
    },
  };
}

function fate(t) {
  if (t.consumedBy === null) return "waiting";
  return [el("a", {href: "#/versions/" + t.consumedBy}, "version " + t.consumedBy), t.skipped ? " skipped it: " + t.skipped : " trained on it"];
}

function form(query) {
  const field = ([name, label, type]) => {
    const id = "filter-" + name;
    const input = Array.isArray(type)
      ? el("select", {id, name}, type.map((value) => el("option", {value, selected: query.get(name) === value}, {"": "any", true: "yes", false: "no"}[value])))
      : el("input", {id, name, type, step: "any", value: query.get(name) ?? ""});
    return el("div.field", {}, el("label", {htmlFor: id}, label), input);
  };
  return el("form.filters.card", {
    "aria-label": "Filters",
    onsubmit: (event) => {
      event.preventDefault();
      const next = new URLSearchParams();
      for (const [name, value] of new FormData(event.target)) {
        if (value.trim()) next.set(name, value.trim());
      }
      location.hash = "#/trajectories" + (next.size ? "?" + next : "");
    },
  }, FILTERS.map(field), el("div.field.row", {}, el("button.primary", {}, "Filter"), el("a", {href: "#/trajectories"}, "Clear")));
}
