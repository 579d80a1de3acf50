// Messages as they look. Everything that anybody wrote is set as text, never as markup.

import { words } from "./words.js";

const LINK = /^(tel:|sms:|https:\/\/)/i;
const ANY_SCHEME = /^\s*[a-z][a-z0-9+.-]*:\S/i;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function button(title, action) {
  const made = element("button", "", title);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

/**
 * A message as an item of the list; `say(text)` sends what a button stands for.
 * With `interrupts` a screen reader says it at once, whatever it was saying.
 */
export function bubble(message, say, interrupts = false) {
  const { from, name, text, outcome, citations = [], buttons = [] } = message;
  const content = element("div");
  if (interrupts) content.setAttribute("role", "alert");
  content.append(element("p", "who", name ? `${words[from]}: ${name}` : words[from]));
  content.append(...text.split(/\n+/).filter((part) => part.trim()).map(paragraph));
  content.append(...citations.map(citation));
  const choices = buttons.map((given) => choice(given, say)).filter(Boolean);
  if (choices.length) content.append(row(choices));
  const item = element("li", [from, outcome].filter(Boolean).join(" "));
  item.append(content);
  return item;
}

/** Why a message did not arrive, and what the visitor can do about it. */
export function failure(reason, actions) {
  const made = element("div", "failed");
  made.setAttribute("role", "alert");
  made.append(element("p", "", reason), row(actions));
  return made;
}

function row(choices) {
  const made = element("div", "choices");
  made.append(...choices);
  return made;
}

function paragraph(text) {
  const made = element("p", "said", text);
  made.dir = "auto";
  return made;
}

function citation({ document: file, title, section, text, author, date, url }) {
  const made = element("details");
  const heading = [title || file, section === title ? "" : section].filter(Boolean).join(" – ");
  made.append(element("summary", "", `${words.source}: ${heading}`));
  if (text) made.append(element("blockquote", "", text));
  const origin = [author, date].filter(Boolean).join(", ");
  if (origin) made.append(element("p", "", origin));
  if (/^https?:\/\//i.test(url)) made.append(link(url, url));
  return made;
}

// A payload is a link, something to say, or, with any other scheme, nothing.
function choice({ title, payload }, say) {
  if (LINK.test(payload)) return link(title, payload);
  return ANY_SCHEME.test(payload) ? null : button(title, () => say(payload));
}

function link(title, href) {
  const made = element("a", "", title);
  made.href = href;
  if (/^http/i.test(href)) Object.assign(made, { target: "_blank", rel: "noopener noreferrer" });
  return made;
}
