// Single keys, listed on the page of help, where they can be switched off.

const KEPT = "desk.keys";

export function keys() {
  document.addEventListener("keydown", pressed);
  const tick = document.getElementById("keys-on");
  if (!tick) return;
  tick.checked = on();
  tick.addEventListener("change", () => localStorage.setItem(KEPT, tick.checked ? "on" : "off"));
}

function on() {
  return localStorage.getItem(KEPT) !== "off";
}

function pressed(event) {
  const field = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (field && event.key === "Escape") return field.blur();
  if (field || !on() || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  c: claim,
  r: () => document.getElementById("text")?.focus(),
  n: () => document.getElementById("note")?.focus(),
  q: () => location.assign("/staff"),
  s: () => location.assign("/staff/search"),
  "/": () => location.assign("/staff/search"),
  "?": () => location.assign("/staff/help"),
};

function step(by) {
  const links = [...document.querySelectorAll(".cases .name")];
  const at = links.indexOf(chosen());
  links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

function chosen() {
  return document.activeElement.closest(".case")?.querySelector(".name");
}

function claim() {
  const form = document.activeElement.closest(".case")?.querySelector("form");
  const button = form?.querySelector("button") ?? document.getElementById("do-claim");
  button?.click();
}
