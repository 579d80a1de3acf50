// The list of messages. Each is added once; what is on its way stands below and stays where it is
// when it arrives, so that a screen reader says it once.

import { makeBubble, makeChoice } from "./bubbles.js";
import { make, makeButton } from "./dom.js";
import { makeFeedback } from "./feedback.js";

const RATED = ["answer", "no_answer"];
const QUIET_MS = 700;
const NEAR = 80; // px from the end: whoever is nearer reads along

export class Log {
  #talk;
  #words;
  #actions; // say(text), edit(text), focus(): what can be asked of the panel
  #list = make("ol");
  #onTheWay = new Map(); // id of a message of the visitor's -> its item
  #newer;
  #suggestions = null;
  #loud; // a timer
  #staysAtEnd = true; // when the room for the list changes

  constructor(talk, words, actions) {
    this.#talk = talk;
    this.#words = words;
    this.#actions = actions;
    this.#newer = makeButton(`${words.newer} ↓`, () => this.toEnd(), { class: "newer", hidden: true });
    const traits = { class: "log", role: "log", "aria-label": words.log, tabindex: "0" };
    this.region = make("div", traits, this.#makeGreeting(), this.#list);
    this.region.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#staysAtEnd && this.toEnd()).observe(this.region);
    this.element = make("div", { class: "talk" }, this.region, this.#newer);
    if (talk.messages.length) this.#quieten();
    talk.messages.forEach((message) => this.add(message));
    this.showPending();
  }

  /** A message of the desk. */
  add(message) {
    const known = this.#onTheWay.get(message.message_id);
    if (this.#talk.isReplaying) this.#quieten();
    if (message.from === "visitor") this.#dropSpent();
    if (known) this.#arrive(known, message.message_id);
    else this.#place(this.#bubbleOf(message), message.from === "visitor");
  }

  /** Something of the widget's own. */
  note(text) {
    this.#dropSpent();
    this.#place(makeBubble({ from: "system", text }, this.#words));
  }

  /** What waits to be sent, and whether the line is there. */
  showPending() {
    const waiting = this.#talk.pending;
    for (const { id, text } of waiting) {
      if (!this.#onTheWay.has(id)) this.#addOnTheWay(id, text);
    }
    const follows = waiting.length > 0 && this.#isAtEnd();
    for (const [id, item] of this.#onTheWay) {
      const entry = waiting.find((one) => one.id === id);
      if (entry) this.#setNote(item, this.#noteOf());
      else if (!item.dataset.refused) this.#setNote(item, "");
    }
    if (follows) this.toEnd();
  }

  /** A message that the desk will never take as it is. */
  refuse({ id, text }, error) {
    const words = this.#words;
    const item = this.#onTheWay.get(id);
    if (!item) return;
    item.dataset.refused = "";
    const said = words.refusals[error.code] ?? words.notSent;
    const change = makeButton(words.edit, () => {
      this.#arrive(item, id, true);
      this.#actions.edit(text);
    });
    const failure = make("div", { class: "failed", role: "alert" }, make("p", {}, said));
    failure.append(make("p", {}, words.danger));
    if (text !== null) failure.append(make("div", { class: "choices" }, change));
    this.#setNote(item, "");
    item.append(failure);
    failure.scrollIntoView({ block: "nearest" });
  }

  // The conversation is over. What was said stays in view unless it was deleted; what waits goes
  // into the next one.
  close({ why, said }) {
    for (const [id, item] of this.#onTheWay) {
      item.remove();
      this.#onTheWay.delete(id);
    }
    if (why === "deleted") this.#list.replaceChildren();
    this.note(said || this.#words.ended[why]);
    this.showPending();
  }

  /** Questions to go on with, below the newest answer. */
  suggest(topics) {
    this.#suggestions?.remove();
    this.#suggestions = null;
    if (!topics.length) return;
    const choices = topics.map((topic) => makeChoice(topic, this.#actions.say)).filter(Boolean);
    const label = make("p", {}, this.#words.more);
    this.#suggestions = make("div", { class: "suggestions", "aria-live": "off" }, label);
    this.#suggestions.append(make("div", { class: "choices" }, ...choices));
    this.region.append(this.#suggestions);
  }

  toEnd() {
    this.region.scrollTop = this.region.scrollHeight;
  }

  setTopics(topics) {
    const choices = topics.map((topic) => makeChoice(topic, this.#actions.say)).filter(Boolean);
    this.region.querySelector(".topics").replaceChildren(...choices);
  }

  #makeGreeting() {
    const words = this.#words;
    const topics = words.topics.map((topic) => makeChoice(topic, this.#actions.say));
    return make(
      "div",
      { class: "greeting" },
      make("p", {}, words.greeting),
      make("p", {}, words.topicsLabel),
      make("div", { class: "choices topics" }, ...topics),
    );
  }

  #bubbleOf(message) {
    const item = makeBubble(message, this.#words, this.#actions.say);
    if (message.from === "bot" && RATED.includes(message.outcome)) {
      const send = (helpful, reason) =>
        this.#talk.call("POST", "/feedback", { message_id: message.id, helpful, reason });
      item.append(makeFeedback(this.#words, send));
    }
    return item;
  }

  #addOnTheWay(id, text) {
    this.#dropSpent();
    const said = text ?? this.#words.person;
    const item = makeBubble({ from: "visitor", text: said }, this.#words);
    item.append(make("p", { class: "way", "aria-live": "off" }, this.#noteOf()));
    this.#onTheWay.set(id, item);
    this.#place(item, true, true);
  }

  /** It is at the desk: an ordinary message from now on, or, with `gone`, none. */
  #arrive(item, id, gone = false) {
    this.#onTheWay.delete(id);
    if (gone) return item.remove();
    item.querySelector(".way")?.remove();
    const [first] = this.#onTheWay.values();
    if (first && first.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) {
      first.before(item); // another tab was faster
    }
  }

  #place(item, isMine = false, isOnTheWay = false) {
    const follows = isMine || this.#isAtEnd();
    const [first] = this.#onTheWay.values();
    if (first && !isOnTheWay) first.before(item);
    else this.#list.append(item);
    this.suggest([]);
    if (follows) this.#show(item);
    else this.#newer.hidden = false;
  }

  /** The start of a long reply, all of a short one. */
  #show(item) {
    const { region } = this;
    region.scrollTop = Math.min(item.offsetTop - 8, region.scrollHeight - region.clientHeight);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.region;
    this.#staysAtEnd = scrollHeight - clientHeight - scrollTop < 4;
    if (this.#isAtEnd()) this.#newer.hidden = true;
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.region;
    return scrollHeight - clientHeight - scrollTop < Math.max(NEAR, clientHeight / 2);
  }

  #noteOf() {
    if (this.#talk.line === "offline") return this.#words.waits;
    return this.#talk.isSlowed ? this.#words.tooMany : this.#words.sending;
  }

  #setNote(item, text) {
    const note = item.querySelector(".way");
    if (note && note.textContent !== text) note.textContent = text;
  }

  /** Choices of earlier messages, which no longer fit. Links stay. */
  #dropSpent() {
    const spent = [...this.#list.querySelectorAll("li > div > .choices > button")];
    const hadFocus = spent.some((button) => button.matches(":focus"));
    for (const button of spent) button.remove();
    for (const row of this.#list.querySelectorAll("li > div > .choices:empty")) row.remove();
    if (hadFocus) this.#actions.focus();
  }

  /** Nobody wants the whole history read out. */
  #quieten() {
    this.region.setAttribute("aria-live", "off");
    clearTimeout(this.#loud);
    this.#loud = setTimeout(() => this.region.setAttribute("aria-live", "polite"), QUIET_MS);
  }
}
