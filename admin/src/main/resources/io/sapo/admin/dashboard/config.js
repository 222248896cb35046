// What is in force: the learner's config, what components say of themselves, this server.

import {get} from "./api.js";
import {el, fill, flat, num, pairs, problem, table} from "./dom.js";

export async function show(body) {
  fill(body, el("h1", {}, "Config in force"));
  const gauges = el("div", {});
  try {
    const config = await get("/api/config");
    const settings = [...flat(config.learner)];
    body.append(
      el("h2", {}, "Learner"),
      el("p.quiet", {}, config.digest ? ["Of the newest version; digest ", el("code", {}, config.digest)] : "No version has been committed yet."),
      settings.length ? pairs(settings) : null,
      el("h2", {}, "Components"),
      ...Object.entries(config.components).map(([name, info]) => el("section", {}, el("h3", {}, name),
        Object.keys(info).length ? pairs(Object.entries(info)) : el("p.quiet", {}, "says nothing"))),
      el("h2", {}, "This server"),
      pairs(Object.entries(config.admin).map(([name, value]) => [name, value || "–"])),
      el("h2", {}, "Gauges of the heartbeats"), gauges);
  } catch (error) {
    body.append(problem(error));
  }
  const sections = new Map();
  return {
    update(status) {
      for (const c of status.components) {
        const name = c.component + " " + c.instance;
        if (!sections.has(name)) {
          sections.set(name, el("div", {}));
          gauges.append(el("details", {}, el("summary", {}, name), sections.get(name)));
        }
        fill(sections.get(name), table("Gauges of " + name, [
          {title: "Gauge", cell: ([gauge]) => gauge},
          {title: "Value", num: true, cell: ([, value]) => num(value)},
        ], Object.entries(c.gauges)));
      }
    },
  };
}
