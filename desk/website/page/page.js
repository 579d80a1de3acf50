// A plain page for the visitor API. Everything that anybody wrote is set as text, never as markup.

const ENGLISH = {
  title: "Questions to the clinic",
  intro:
    "An automated assistant answers general questions from the clinic's documents. It is not a person and gives no medical advice.",
  log: "Conversation",
  label: "Your question",
  send: "Send",
  danger: "In danger, or thinking of suicide? People are there day and night.",
  crisis: "Help in a crisis",
  call988: "Call 988",
  text988: "Text 988",
  call911: "Call 911",
  visitor: "You",
  bot: "Automated assistant",
  staff: "Clinic team",
  system: "Notice",
  source: "Source",
  writing: "The assistant is looking that up…",
  offline: "No connection. Trying again…",
  again: "Send again",
  notSent:
    "This message was not sent. If you or someone else is in danger, call 911. You can call or text 988 at any time.",
};
const SPANISH = {
  title: "Preguntas a la clínica",
  intro:
    "Un asistente automático responde preguntas generales a partir de los documentos de la clínica. No es una persona y no da consejos médicos.",
  log: "Conversación",
  label: "Su pregunta",
  send: "Enviar",
  danger: "¿Está en peligro o piensa en el suicidio? Hay personas día y noche.",
  crisis: "Ayuda en una crisis",
  call988: "Llamar al 988 (oprima 2)",
  text988: "Enviar AYUDA al 988",
  call911: "Llamar al 911",
  visitor: "Usted",
  bot: "Asistente automático",
  staff: "Equipo de la clínica",
  system: "Aviso",
  source: "Fuente",
  writing: "El asistente está buscando…",
  offline: "Sin conexión. Intentando de nuevo…",
  again: "Enviar de nuevo",
  notSent:
    "Este mensaje no se envió. Si usted u otra persona está en peligro, llame al 911. Puede llamar al 988 (oprima 2) en cualquier momento.",
};
const KEY = "conversation";

const language = navigator.language.toLowerCase().startsWith("es") ? "es" : "en";
const words = language === "es" ? SPANISH : ENGLISH;
const log = document.getElementById("log");
const line = document.getElementById("line");
const form = document.getElementById("form");
const entry = document.getElementById("text");

let conversation = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
let starting = null; // one conversation even when two messages are sent at once
let lastEvent = 0;
const unanswered = new Set(); // ids of the visitor's messages that have no reply yet

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function bubble(from, name, text, outcome = "") {
  const item = element("li", `${from} ${outcome ?? ""}`);
  const who = name ? `${words[from]}: ${name}` : words[from];
  item.append(element("p", "who", who), element("p", "said", text));
  return item;
}

function citation({ title, section, text, url, date }) {
  const details = element("details");
  const heading = [title, section].filter(Boolean).join(" – ");
  details.append(element("summary", "", `${words.source}: ${heading}`));
  if (text) details.append(element("blockquote", "", text));
  if (date) details.append(element("p", "", date));
  if (/^https?:\/\//.test(url ?? "")) {
    const link = element("a", "", url);
    Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
    details.append(link);
  }
  return details;
}

function choice({ title, payload }) {
  if (/^(tel:|sms:|https:\/\/)/.test(payload)) {
    const link = element("a", "choice", title);
    link.href = payload;
    return link;
  }
  const button = element("button", "", title);
  button.type = "button";
  button.addEventListener("click", () => {
    button.parentElement.remove();
    entry.focus();
    send(payload);
  });
  return button;
}

function add(item) {
  log.append(item);
  log.scrollTop = log.scrollHeight;
  return item;
}

function show(message) {
  lastEvent = message.id;
  if (message.from === "visitor") {
    unanswered.add(message.message_id);
    if (!log.querySelector(`[data-id="${CSS.escape(message.message_id)}"]`)) {
      add(bubble("visitor", null, message.text)).dataset.id = message.message_id;
    }
  } else {
    if (message.from === "bot") unanswered.delete(unanswered.values().next().value);
    const item = bubble(message.from, message.name, message.text, message.outcome);
    item.append(...message.citations.map(citation));
    if (message.buttons.length) {
      const choices = element("div", "choices");
      choices.append(...message.buttons.map(choice));
      item.append(choices);
    }
    add(item);
  }
  state();
}

function state(connected = true) {
  if (!connected) line.textContent = words.offline;
  else line.textContent = unanswered.size ? words.writing : "";
}

async function post(path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function problem(response) {
  const body = await response.json().catch(() => null);
  return (language === "en" && body?.error?.message) || words.notSent; // the API speaks English
}

async function start() {
  const response = await post("/api/conversations", { language });
  if (!response.ok) throw new Error(await problem(response));
  conversation = await response.json();
  lastEvent = 0;
  sessionStorage.setItem(KEY, JSON.stringify(conversation));
  listen(conversation);
}

function forget() {
  conversation = null;
  sessionStorage.removeItem(KEY);
}

async function send(text, id = crypto.randomUUID?.() ?? String(Math.random()).slice(2)) {
  const item = log.querySelector(`[data-id="${id}"]`) ?? add(bubble("visitor", null, text));
  item.dataset.id = id;
  item.querySelector(".failed")?.remove();
  try {
    if (!conversation) await (starting ??= start().finally(() => (starting = null)));
    const path = `/api/conversations/${conversation.conversation_id}/messages`;
    const response = await post(path, { message_id: id, text }, conversation.token);
    if ([401, 403, 404].includes(response.status)) forget();
    if (!response.ok) throw new Error(await problem(response));
  } catch (error) {
    fail(item, text, id, error instanceof TypeError ? words.notSent : error.message);
  }
}

function fail(item, text, id, reason) {
  const failed = element("div", "failed");
  const again = element("button", "", words.again);
  again.type = "button";
  again.addEventListener("click", () => send(text, id));
  failed.append(element("p", "", reason), again);
  item.append(failed);
  log.scrollTop = log.scrollHeight;
}

// EventSource cannot send the token in a header, so the stream is read by hand.
async function listen(listened) {
  for (let wait = 1000; conversation === listened; wait = Math.min(wait * 2, 15000)) {
    try {
      const response = await fetch(`/api/conversations/${listened.conversation_id}/events`, {
        headers: { Authorization: `Bearer ${listened.token}`, "Last-Event-ID": String(lastEvent) },
      });
      if ([401, 403, 404].includes(response.status)) return forget();
      if (response.ok) {
        state();
        wait = 1000;
        await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), listened);
      }
    } catch {
      // the line broke: said below, and tried again
    }
    state(false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function read(reader, listened) {
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done || conversation !== listened) return;
    const blocks = (buffer + value).split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").find((part) => part.startsWith("data: "));
      if (data) show(JSON.parse(data.slice(6)));
    }
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = entry.value.trim();
  if (!text) return;
  entry.value = "";
  entry.focus();
  send(text);
});
entry.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.documentElement.lang = language;
document.title = words.title;
for (const part of document.querySelectorAll("[data-text]")) {
  part.textContent = words[part.dataset.text];
}
for (const part of document.querySelectorAll("[data-label]")) {
  part.setAttribute("aria-label", words[part.dataset.label]);
}
if (language === "es") document.querySelector('[href="sms:988"]').href = "sms:988?body=AYUDA";
if (conversation) listen(conversation);
