// Writes the embed line, shows it at work, and checks one that stands on a page.

import { checkAttributes, checkPolicy, checkSecure, checkSource, findLine } from "./checks.js";

const desk = location.origin;
const settings = document.getElementById("settings");
const line = document.getElementById("line");
const USUAL = { color: "#14605a" };

function chosen() {
  const fields = [...settings.elements].filter(({ id, value }) => value && value !== USUAL[id]);
  return Object.fromEntries(fields.map(({ id, value }) => [id, value]));
}

function escape(value) {
  return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

function write() {
  const attributes = Object.entries(chosen()).map(([name, value]) => ` data-${name}="${escape(value)}"`);
  line.textContent = `<script src="${desk}/widget.js" async${attributes.join("")}></script>`;
}

function preview() {
  document.querySelector("clinic-chat")?.remove();
  const chat = document.createElement("clinic-chat");
  Object.assign(chat.dataset, chosen());
  document.body.append(chat);
}

settings.addEventListener("input", write);
settings.addEventListener("change", preview);
settings.addEventListener("submit", (event) => event.preventDefault());

document.getElementById("copy").addEventListener("click", async () => {
  const copied = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(line.textContent);
    copied.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(line);
    copied.textContent = "The line is marked; copy it with the keyboard.";
  }
});

document.getElementById("check").addEventListener("submit", async (event) => {
  event.preventDefault();
  show([{ ok: true, text: "Checking…" }]);
  const value = (id) => document.getElementById(id).value.trim();
  show(await check(value("page"), new URL(value("address")), value("policy")));
});

async function check(source, address, policy) {
  const { script, result } = findLine(source, desk);
  const results = [result, checkSecure(desk, address), await checkOrigin(address)];
  if (script) {
    results.push(checkSource(script.getAttribute("src"), desk, address), await checkAnswer());
    results.push(...checkAttributes(script));
  }
  if (policy) results.push(...checkPolicy(policy, desk, address));
  return results;
}

async function checkOrigin({ origin }) {
  if (origin === desk) return { ok: true, text: "The page is the desk's own." };
  const query = new URLSearchParams({ origin });
  const { allowed } = await fetch(`/embed/check?${query}`).then((response) => response.json());
  const text = allowed
    ? `The desk lets ${origin} in.`
    : `The desk does not let ${origin} in: add it to the setting DESK_ORIGINS and restart the desk.`;
  return { ok: allowed, text };
}

async function checkAnswer() {
  const { ok } = await fetch("/widget.js", { cache: "reload" });
  return { ok, text: ok ? "The desk answers." : "The desk does not hand the chat out." };
}

function show(results) {
  const items = results.map(({ ok, text }) => {
    const item = document.createElement("li");
    item.className = ok ? "good" : "bad";
    const word = document.createElement("b");
    word.textContent = ok ? "Good: " : "To mend: ";
    item.append(word, text);
    return item;
  });
  document.getElementById("results").replaceChildren(...items);
}

write();
