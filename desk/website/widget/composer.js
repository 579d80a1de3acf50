// Where the visitor writes.

import { make, makeButton } from "./dom.js";
import { warningFor } from "./privacy.js";

const TYPING_MS = 4000; // the desk is told at most so often that the visitor writes

export class Composer {
  #talk;
  #words;
  #warning = make("p", { class: "warning", role: "status" });
  #notice = make("span", { class: "notice" });
  #person;
  #entry;
  #typingAt = 0;

  constructor({ talk, words, privacy }) {
    this.#talk = talk;
    this.#words = words;
    this.#entry = make("textarea", {
      id: "entry",
      rows: "1",
      autocomplete: "off",
      enterkeyhint: "send",
      placeholder: words.label,
      "aria-describedby": "notice",
      input: () => this.#typed(),
      keydown: (event) => this.#pressed(event),
    });
    this.#person = makeButton(words.person, () => talk.askForPerson(), { class: "person" });
    const link = { href: privacy, target: "_blank", rel: "noopener noreferrer" };
    this.#notice.id = "notice";
    this.element = make(
      "form",
      { class: "composer", submit: (event) => this.#submit(event) },
      this.#warning,
      make("label", { for: "entry", class: "unseen" }, words.label),
      make("div", { class: "row" }, this.#entry, make("button", { class: "main" }, words.send)),
      make(
        "div",
        { class: "row below" },
        make("p", {}, this.#notice, " ", privacy ? make("a", link, words.privacy) : null),
        this.#person,
      ),
    );
    this.show();
  }

  /** Fits what stands below the text to the state of the conversation. */
  show() {
    const notice = this.#talk.hasBegun ? this.#words.noticeBegun : this.#words.notice;
    if (this.#notice.textContent !== notice) this.#notice.textContent = notice;
    const asked = this.#talk.pending.some(({ text }) => text === null);
    const hide = asked || !["bot", undefined].includes(this.#talk.state?.state);
    if (hide && this.#person.matches(":focus")) this.focus();
    this.#person.hidden = hide;
  }

  get text() {
    return this.#entry.value;
  }

  set text(text) {
    this.#entry.value = text;
    this.#fit();
  }

  focus() {
    this.#entry.focus({ preventScroll: true });
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#entry.value.trim();
    this.focus();
    if (!text) return;
    this.text = "";
    this.#tellTyping(false);
    this.#talk.say(text);
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #typed() {
    this.#fit();
    if (Date.now() - this.#typingAt > TYPING_MS) this.#tellTyping(true);
  }

  #fit() {
    const warning = this.#words.warnings[warningFor(this.#entry.value)] ?? "";
    if (this.#warning.textContent !== warning) this.#warning.textContent = warning;
    this.#entry.style.height = "auto";
    this.#entry.style.height = `${this.#entry.scrollHeight + 2}px`;
  }

  /** Only while a person may read it; whether it arrives does not matter. */
  #tellTyping(typing) {
    if (this.#talk.state?.state !== "claimed" || (!typing && !this.#typingAt)) return;
    this.#typingAt = typing ? Date.now() : 0;
    this.#talk.call("POST", "/typing", { typing }).catch(() => {});
  }
}
