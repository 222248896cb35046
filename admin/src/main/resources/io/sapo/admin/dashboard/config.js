// What is in force: the learner's config, what components say of themselves, this server.

import {get} from "./api.js";
import {el, fill, num, pairs, problem, table} from "./dom.js";

export async function show(body) {
  fill(body, el("h1", {}, "Config in force"));
  const gauges = el("div", {});
  try {
    const config = await get("/api/config");
    body.append(
      el("h2", {}, "Learner"),
      el("p.quiet", {}, config.digest ? "Of the newest version; digest " + config.digest : "No version has been committed yet."),
      el("pre", {tabIndex: 0, "aria-label": "Learner config"}, JSON.stringify(config.learner, null, 2)),
      el("h2", {}, "Components"),
      ...Object.entries(config.components).map(([name, info]) => el("section", {}, el("h3", {}, name),
        Object.keys(info).length ? pairs(Object.entries(info)) : el("p.quiet", {}, "says nothing"))),
      el("h2", {}, "This server"),
      pairs(Object.entries(config.admin)),
      el("h2", {}, "Gauges of the heartbeats"), gauges);
  } catch (error) {
    body.append(problem(error));
  }
  let shown = "";
  return {
    update(status) {
      const rows = status.components.flatMap((c) =>
        Object.entries(c.gauges).map(([name, value]) => ({of: c.component + " " + c.instance, name, value})));
      const names = rows.map((g) => g.of + " " + g.name).join("\n");
      if (names === shown) {
        gauges.querySelectorAll("td.num").forEach((cell, i) => (cell.textContent = num(rows[i].value)));
        return;
      }
      shown = names;
      fill(gauges, table("Gauges", [
        {title: "Component", cell: (g) => g.of},
        {title: "Gauge", cell: (g) => g.name},
        {title: "Value", num: true, cell: (g) => num(g.value)},
      ], rows));
    },
  };
}
