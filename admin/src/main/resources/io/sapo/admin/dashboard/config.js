// What is in force: the learner's config, what components say of themselves, this server.

import {get} from "./api.js";
import {el, fill, pairs, problem} from "./dom.js";

export async function show(body) {
  fill(body, el("h1", {}, "Config in force"));
  try {
    const config = await get("/api/config");
    body.append(
      el("h2", {}, "Learner"),
      el("p.quiet", {}, config.digest ? "Of the newest version; digest " + config.digest : "No version has been committed yet."),
      el("pre", {tabIndex: 0, "aria-label": "Learner config"}, JSON.stringify(config.learner, null, 2)),
      el("h2", {}, "Components"),
      Object.entries(config.components).map(([name, info]) => el("section", {}, el("h3", {}, name),
        Object.keys(info).length ? pairs(Object.entries(info)) : el("p.quiet", {}, "says nothing"))),
      el("h2", {}, "This server"),
      pairs(Object.entries(config.admin)));
  } catch (error) {
    body.append(problem(error));
  }
}
