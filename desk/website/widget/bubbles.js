// Messages as they look.

import { make, makeButton, plain } from "./dom.js";

const LINK = /^(tel:|sms:|https:\/\/)/i;
const ANY_SCHEME = /^\s*[a-z][a-z0-9+.-]*:\S/i;
const URGENT = ["crisis", "emergency"];

/** A message as an item of the list; `say(text)` sends what a button stands for. */
export function makeBubble(message, words, say) {
  const { from, name, text, outcome, citations = [], buttons = [] } = message;
  const who = name ? words.personInCharge(plain(name)) : words[from];
  const isUrgent = URGENT.includes(outcome);
  const choices = buttons.map((given) => makeChoice(given, say)).filter(Boolean);
  const row = choices.length ? make("div", { class: "choices" }, ...choices) : null;
  const [first, ...others] = makeParagraphs(text);
  // An alert is said at once, whatever was being said, even inside the polite log. Its lines to call
  // stand where they are seen without scrolling.
  const content = make(
    "div",
    isUrgent ? { role: "alert" } : {},
    make("p", { class: "who" }, who),
    first,
    isUrgent ? row : null,
    ...others,
    ...citations.map((citation) => makeCitation(citation, words)),
    isUrgent ? null : row,
  );
  return make("li", { class: [from, outcome].filter(Boolean).join(" ") }, content);
}

export function makeParagraphs(text) {
  const parts = plain(text).split(/\n+/);
  return parts.filter((part) => part.trim()).map((part) => make("p", { dir: "auto" }, part));
}

/** A link for what is one, a button for something to say, nothing for any other scheme. */
export function makeChoice({ title, payload }, say) {
  const text = plain(title);
  const what = String(payload ?? "");
  if (LINK.test(what)) return makeLink(text, what);
  return ANY_SCHEME.test(what) || !what.trim() ? null : makeButton(text, () => say(what));
}

function makeCitation({ document: file, title, section, text, author, date, url }, words) {
  const parts = [title || file, section === title ? "" : section].filter(Boolean);
  const origin = [author, date].filter(Boolean).join(", ");
  return make(
    "details",
    {},
    make("summary", {}, `${words.source}: ${plain(parts.join(" – "))}`),
    text ? make("blockquote", { dir: "auto" }, plain(text)) : null,
    origin ? make("p", {}, plain(origin)) : null,
    /^https?:\/\//i.test(url ?? "") ? make("p", {}, makeLink(words.original, url)) : null,
  );
}

function makeLink(text, href) {
  const elsewhere = /^http/i.test(href) ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return make("a", { href, ...elsewhere }, text);
}
