// The console's page in the browser: everything works without it but what comes by itself.

import { alarms } from "./alarm.js";
import { composer } from "./composer.js";
import { keys } from "./keys.js";
import { line } from "./line.js";
import { live } from "./page.js";

const page = live();
composer(page);
keys();
listen();
setInterval(clocks, 15_000);

/** Hears what changed, for as long as the page is open. */
function listen() {
  if (document.body.dataset.listen === undefined) return;
  const conversation = document.body.dataset.listen.trim();
  const told = alarms();
  const about = conversation ? `?conversation=${encodeURIComponent(conversation)}` : "";
  line(() => opened(`/staff/events${about}`, told), page.refresh);
}

function opened(address, told) {
  const events = new EventSource(address);
  let lost;
  events.onopen = () => {
    clearTimeout(lost);
    if (lost) page.refresh();
    lost = undefined;
    say("");
  };
  events.onerror = () => {
    lost ??= setTimeout(() => say("The line to the desk is gone. Trying again…"), 1500);
    if (events.readyState === EventSource.CLOSED) page.refresh(); // logged out, perhaps
  };
  events.addEventListener("queue", (event) => {
    told(JSON.parse(event.data).urgent);
    page.refresh();
  });
  events.addEventListener("changed", () => page.refresh());
  events.addEventListener("typing", (event) => typing(JSON.parse(event.data).typing));
  events.addEventListener("out", () => location.reload());
  return events;
}

let stopped;

function typing(on) {
  const place = document.getElementById("typing");
  if (!place) return;
  clearTimeout(stopped);
  place.textContent = on ? "The visitor is writing…" : "";
  if (on) stopped = setTimeout(() => typing(false), 10_000);
}

function say(words) {
  document.getElementById("line").textContent = words;
}

/** How long things wait, kept right without asking. */
function clocks() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    time.textContent = passed((Date.now() - Date.parse(time.dataset.since)) / 1000);
  }
}

function passed(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}
