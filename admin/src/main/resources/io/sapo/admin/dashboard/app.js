// Routes, the live status, theme and token.

import {follow, token} from "./api.js";
import {el, fill} from "./dom.js";
import {themeChanged} from "./charts.js";
import * as overview from "./overview.js";
import * as versions from "./versions.js";
import * as trajectories from "./trajectories.js";
import * as reader from "./reader.js";
import * as letters from "./letters.js";
import * as config from "./config.js";

const routes = [
  [/^\/?$/, overview.show, "Overview"],
  [/^\/versions$/, versions.showList, "Versions"],
  [/^\/versions\/(\d+)$/, versions.showOne, "Version"],
  [/^\/versions\/(\d+)\/against\/(\d+)$/, versions.showDifference, "Difference"],
  [/^\/trajectories$/, trajectories.show, "Trajectories"],
  [/^\/trajectories\/([^/]+)$/, reader.show, "Trajectory"],
  [/^\/dead-letters$/, letters.showList, "Dead letters"],
  [/^\/dead-letters\/([^/]+)$/, letters.showOne, "Dead letter"],
  [/^\/config$/, config.show, "Config"],
];

const main = document.getElementById("main");
let status = null;
let page = {};
let visit = 0;

/** A page is {update(status), leave()}, both optional. */
async function route() {
  const [path, query] = (location.hash.slice(1) || "/").split("?");
  if (!path.startsWith("/")) return;
  const found = routes.find(([pattern]) => pattern.test(path));
  const mine = ++visit;
  page.leave?.();
  page = {};
  for (const link of document.querySelectorAll("nav a")) {
    const target = link.getAttribute("href").slice(1);
    const here = target === "/" ? path === "/" : path.startsWith(target);
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (!found) {
    fill(main, el("h1", {}, "There is no such page"));
    return;
  }
  document.title = found[2] + " · sapo";
  const body = el("div", {});
  fill(main, body);
  const args = found[0].exec(path).slice(1).map(decodeURIComponent);
  const next = await found[1](body, args, new URLSearchParams(query), status);
  if (mine !== visit) {
    next?.leave?.();
    return;
  }
  page = next || {};
  if (status) page.update?.(status);
  if (mine > 1) main.focus();
}

function showHealth() {
  const failing = status.conditions.filter((c) => c.state === "failing");
  const pill = document.getElementById("health");
  const text = failing.length ? "! " + failing.length + (failing.length > 1 ? " problems" : " problem") : "✓ healthy";
  if (pill.textContent !== text) {
    pill.textContent = text;
    pill.className = failing.length ? "pill bad" : "pill good";
  }
}

function onState(connected, why, code) {
  const live = document.getElementById("live");
  live.textContent = connected ? "● live" : "○ not live: " + why + "; trying again";
  live.className = connected ? "quiet" : "warn";
  if (code === 401) askForToken();
}

const dialog = document.getElementById("token-dialog");

export function askForToken() {
  if (!dialog.open) dialog.showModal();
}

dialog.addEventListener("close", () => {
  const input = document.getElementById("token-input");
  if (dialog.returnValue === "save" && input.value) token.set(input.value.trim());
  if (dialog.returnValue === "forget") token.set(null);
  input.value = "";
  showToken();
});

function showToken() {
  document.getElementById("token").textContent = token.get() ? "Token set" : "Token";
}

const themes = ["auto", "light", "dark"];

function applyTheme() {
  const theme = localStorage.getItem("sapo.theme") || "auto";
  theme === "auto" ? delete document.documentElement.dataset.theme : (document.documentElement.dataset.theme = theme);
  const button = document.getElementById("theme");
  button.textContent = {auto: "◐ Auto", light: "○ Light", dark: "● Dark"}[theme];
  button.setAttribute("aria-label", "Colour theme: " + theme);
  themeChanged();
}

document.getElementById("theme").addEventListener("click", () => {
  const theme = localStorage.getItem("sapo.theme") || "auto";
  localStorage.setItem("sapo.theme", themes[(themes.indexOf(theme) + 1) % themes.length]);
  applyTheme();
});
document.getElementById("token").addEventListener("click", askForToken);
document.addEventListener("sapo-token-needed", askForToken);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);
window.addEventListener("hashchange", route);

applyTheme();
showToken();
route();
follow((next) => {
  status = next;
  showHealth();
  page.update?.(next);
}, onState);
