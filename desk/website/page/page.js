// Sends what the visitor writes to the visitor API and shows what the desk tells.

import { bubble, button, failure } from "./bubbles.js";
import { language, translatePage, words } from "./words.js";

const KEY = "conversation";
const ENDED = [401, 403, 404]; // of a conversation: its token has expired, or it is gone
const MUST_CHANGE = [413, 422]; // of a message: as it is, it will be refused again
const POST_MS = 20_000;
const SILENCE_MS = 45_000; // the desk is heard every 15 seconds
const HISTORY_MS = 1_500;

const talk = document.getElementById("talk");
const log = document.getElementById("log");
const line = document.getElementById("line");
const form = document.getElementById("form");
const entry = document.getElementById("text");

let conversation = recall();
let starting = null; // one conversation even when two messages are sent at once
let connected = true;
let lastEvent = 0;
const unanswered = new Set(); // ids of the visitor's messages that have no reply yet

// --- what is shown

function add(item) {
  log.append(item);
  item.scrollIntoView({ block: "start" }); // the start of a long reply, all of a short one
  return item;
}

// The visitor's message goes to the end: when it is sent, and again when the desk has kept it.
function addMine(id, text) {
  for (const spent of log.querySelectorAll("li:not(.visitor) .choices button")) spent.remove();
  const known = log.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const item = known ?? bubble({ from: "visitor", text });
  item.dataset.id = id;
  item.querySelector(".failed")?.remove();
  return add(item);
}

function show(message) {
  lastEvent = message.id;
  if (message.from === "visitor") {
    unanswered.add(message.message_id);
    addMine(message.message_id, message.text).dataset.kept = "";
  } else {
    if (message.from === "bot") unanswered.delete(unanswered.values().next().value);
    const urgent = ["crisis", "emergency"].includes(message.outcome);
    add(bubble(message, choose, urgent && talk.getAttribute("aria-live") !== "off"));
  }
  state();
}

function state() {
  if (!connected) line.textContent = words.offline;
  else line.textContent = unanswered.size ? words.writing : "";
}

// --- what is sent

async function send(text, id = newId()) {
  const item = addMine(id, text);
  try {
    await deliver(item, text, id);
  } catch (error) {
    if ("kept" in item.dataset) return; // only the answer to the request was lost
    const actions = [button(words.again, () => choose(text, id))];
    if (MUST_CHANGE.includes(error.status)) actions.push(button(words.edit, () => edit(item, text)));
    const failed = failure(error.status ? error.message : words.notSent, actions);
    item.append(failed);
    failed.scrollIntoView({ block: "nearest" });
  }
}

async function deliver(item, text, id, last = false) {
  if (!conversation) await (starting ??= start().finally(() => (starting = null)));
  const used = conversation;
  const path = `/api/conversations/${used.conversation_id}/messages`;
  const response = await post(path, { message_id: id, text }, used.token);
  if (response.ok) return;
  if (!ENDED.includes(response.status)) throw await refusal(response);
  end(used);
  if (last) throw await refusal(response);
  log.append(item);
  await deliver(item, text, id, true);
}

function choose(text, id) {
  talk.focus({ preventScroll: true }); // the button goes; a phone's keyboard stays down
  send(text, id);
}

function edit(item, text) {
  item.remove();
  entry.value = [text, entry.value].filter(Boolean).join("\n");
  entry.focus();
}

async function start() {
  const response = await post("/api/conversations", { language });
  if (!response.ok) throw await refusal(response);
  conversation = await response.json();
  lastEvent = 0;
  remember(conversation);
  listen(conversation);
}

function end(ended) {
  if (conversation !== ended) return;
  conversation = null;
  remember(null);
  unanswered.clear();
  add(bubble({ from: "system", text: words.over }));
  state();
}

function post(path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const signal = AbortSignal.timeout(POST_MS);
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function refusal(response) {
  const { code, message } = (await response.json().catch(() => null))?.error ?? {};
  const said = language === "en" ? message : words.refusals[code];
  return Object.assign(new Error(said ?? words.notSent), { status: response.status });
}

function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${String(Math.random()).slice(2)}`;
}

// --- what comes

// EventSource cannot send the token in a header, so the stream is read by hand.
async function listen(listened) {
  for (let wait = 1000; conversation === listened; wait = Math.min(wait * 2, 15_000)) {
    try {
      const response = await fetch(`/api/conversations/${listened.conversation_id}/events`, {
        headers: { Authorization: `Bearer ${listened.token}`, "Last-Event-ID": String(lastEvent) },
      });
      if (ENDED.includes(response.status)) return end(listened);
      if (response.ok) {
        connected = true;
        state();
        wait = 1000;
        await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), listened);
      }
    } catch {
      // the line broke: said below, and tried again
    }
    if (conversation !== listened) return;
    connected = false;
    state();
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function read(reader, listened) {
  let buffer = "";
  for (;;) {
    const silence = setTimeout(() => reader.cancel(), SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    if (conversation !== listened) return reader.cancel();
    const blocks = (buffer + value).split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").find((part) => part.startsWith("data: "));
      if (data) show(JSON.parse(data.slice(6)));
    }
  }
}

// --- what the tab remembers, where the browser lets it

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function remember(started) {
  try {
    if (started) sessionStorage.setItem(KEY, JSON.stringify(started));
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage is switched off: a reload starts anew
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  entry.focus();
  const text = entry.value.trim();
  if (!text) return;
  entry.value = "";
  send(text);
});
entry.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

translatePage();
if (conversation) {
  talk.setAttribute("aria-live", "off"); // nobody wants the whole history read out
  setTimeout(() => talk.removeAttribute("aria-live"), HISTORY_MS);
  listen(conversation);
}
