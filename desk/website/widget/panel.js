// The panel behind the button. It is built when it is first opened.

import { Composer } from "./composer.js";
import { makeCrisis } from "./crisis.js";
import { make, makeIconButton, plain } from "./dom.js";
import { makeHandoff } from "./handoff.js";
import { Log } from "./log.js";
import { Memory } from "./memory.js";
import { makeMenu } from "./menu.js";
import { fitToScreen, isPhone, onScreenChange, paint } from "./screen.js";
import { Sheets } from "./sheets.js";
import { Talk } from "./talk.js";
import { wordsOf } from "./words.js";

const CROSS = "M6 6l12 12M18 6L6 18";
const NOTE_MS = 8000;

/** Called once by widget.js; what comes back opens and closes the panel. */
export function start({ host, root, launcher, desk, onUnread }) {
  const memory = new Memory(desk);
  const talk = new Talk(desk, memory, host.language);
  const panel = new Panel({ host, root, launcher, talk, memory });
  const count = () => {
    if (panel.isOpen && !document.hidden) talk.see();
    onUnread(panel.isOpen ? 0 : talk.unread);
  };
  for (const event of ["message", "line", "ended"]) talk.addEventListener(event, count);
  panel.onChange = count;
  talk.start();
  if (talk.hasBegun && memory.isOpen && !isPhone()) panel.open(false);
  return panel;
}

class Panel {
  isOpen = false;
  onChange = () => {};
  #memory;
  #host;
  #root;
  #launcher;
  #talk;
  #language;
  #clinic = null; // what the desk tells of the clinic, once it does
  #dialog = null;
  #parts = null;

  constructor({ host, root, launcher, talk, memory }) {
    this.#memory = memory;
    this.#host = host;
    this.#root = root;
    this.#launcher = launcher;
    this.#talk = talk;
    this.#language = host.language;
  }

  /** Without `takesFocus` it is open again after a reload, and the page keeps the focus. */
  open(takesFocus = true) {
    if (this.isOpen) return;
    this.#dialog ??= this.#makeDialog();
    this.isOpen = true;
    this.#launcher.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "true");
    paint(this.#dialog, this.#host.dataset);
    fitToScreen(this.#dialog);
    if (isPhone()) this.#dialog.showModal();
    else this.#dialog.open = true; // unlike show(), this leaves the focus alone
    this.#parts.log.toEnd();
    if (takesFocus) this.#takeFocus();
    this.#askClinic();
    this.#memory.isOpen = this.#talk.hasBegun;
    this.onChange();
  }

  close() {
    this.#dialog?.close();
  }

  /** On a phone the keyboard would hide the greeting. */
  #takeFocus() {
    if (isPhone()) this.#dialog.querySelector("h2").focus();
    else this.#parts.composer.focus();
  }

  #closed() {
    this.isOpen = this.#memory.isOpen = false;
    this.#launcher.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.onChange();
  }

  #makeDialog() {
    const dialog = make("dialog", {
      class: "panel",
      "aria-labelledby": "title",
      close: () => this.#closed(),
      keydown: (event) => this.#pressed(event),
    });
    this.#root.append(dialog);
    this.#dialog = dialog;
    this.#fill();
    this.#listen();
    return dialog;
  }

  /** Everything inside, in the language of the moment. */
  #fill() {
    const dataset = this.#host.dataset;
    const talk = this.#talk;
    const words = wordsOf(this.#language, dataset);
    const sheets = new Sheets(this.#dialog);
    const notify = (text) => this.#notify(text);
    const composer = new Composer({ talk, words, privacy: linkOf(dataset.privacy) });
    const switchLanguage = () => this.#switchLanguage();
    const focus = () => composer.focus();
    const shared = { talk, words, sheets, notify, switchLanguage, focus };
    const log = new Log(talk, words, {
      say: (text) => talk.say(text),
      focus: () => log.region.focus({ preventScroll: true }),
      edit: (text) => {
        composer.text = [text, composer.text].filter(Boolean).join("\n");
        composer.focus();
      },
    });
    const handoff = makeHandoff(shared);
    const crisis = makeCrisis(words, this.#language, dataset);
    const who = make("p", { class: "in-charge" });
    const line = make("p", { class: "line", role: "status" });
    const typing = make("p", { class: "typing" });
    const said = make("p", { class: "said-now", role: "status" });
    const title = make("h2", { id: "title", tabindex: "-1" }, words.title);
    const close = makeIconButton(words.close, CROSS, () => this.close());
    this.#dialog.lang = this.#language;
    this.#dialog.replaceChildren(
      make(
        "div",
        { class: "head" },
        make("div", { class: "names" }, title, who, line),
        makeMenu(shared),
        close,
      ),
      make(
        "div",
        { class: "body" },
        handoff.element,
        log.element,
        typing,
        said,
        composer.element,
      ),
      crisis.element,
    );
    this.#parts = { words, sheets, composer, log, handoff, crisis, who, line, typing, said };
    this.#useClinic();
    this.#suggest(talk.messages.at(-1) ?? {});
    this.#show();
  }

  #listen() {
    const on = (event, act) => this.#talk.addEventListener(event, act);
    on("message", ({ detail }) => {
      this.#parts.log.add(detail);
      this.#suggest(detail);
      this.#show();
    });
    on("pending", () => {
      this.#memory.isOpen = this.isOpen && this.#talk.hasBegun;
      this.#parts.log.showPending();
      this.#show();
    });
    on("line", () => {
      this.#parts.log.showPending();
      this.#show();
    });
    on("refused", ({ detail: { entry, error } }) => this.#parts.log.refuse(entry, error));
    on("ended", ({ detail }) => {
      this.#memory.isOpen = false;
      this.#parts.log.close(detail);
      this.#show();
    });
    on("state", () => this.#show());
    on("typing", () => this.#show());
    onScreenChange(
      () => this.isOpen && fitToScreen(this.#dialog),
      () => paint(this.#dialog, this.#host.dataset),
    );
    document.addEventListener("visibilitychange", () => this.onChange());
  }

  /** What is true of the conversation now. */
  #show() {
    const { words, composer, handoff, who, line, typing } = this.#parts;
    const { state } = this.#talk;
    const isClaimed = state?.state === "claimed";
    setText(who, isClaimed ? words.personInCharge(plain(state.staff_name)) : words.botInCharge);
    setText(line, words.lines[this.#talk.line]);
    line.dataset.line = this.#talk.line;
    setText(typing, this.#whoWrites());
    handoff.show();
    composer.show();
  }

  #whoWrites() {
    const { words } = this.#parts;
    const { typing, state, unanswered, line } = this.#talk;
    if (typing) return words.personWrites(plain(typing.who));
    const isBots = !state || state.state === "bot";
    return isBots && unanswered && line === "online" ? words.botWrites : "";
  }

  /** Questions not yet asked, unless the answer brings its own. */
  #suggest({ from, outcome, buttons = [] }) {
    if (from !== "bot" || outcome !== "answer" || buttons.length) return;
    const asked = new Set(this.#talk.messages.map(({ text }) => text));
    const left = this.#topics().filter(({ payload }) => !asked.has(payload));
    this.#parts.log.suggest(left.slice(0, 2));
  }

  #topics() {
    const { topics } = this.#parts.words;
    const isOwn = Boolean(this.#host.dataset.topics);
    return (!isOwn && this.#clinic?.topics?.length && this.#clinic.topics) || topics;
  }

  async #askClinic() {
    if (this.#clinic) return;
    try {
      this.#clinic = await this.#talk.clinic(this.#language);
      this.#useClinic();
    } catch {
      // what the page and the widget say of their own will do
    }
  }

  #useClinic() {
    if (!this.#clinic) return;
    this.#parts.crisis.update(this.#clinic.numbers);
    this.#parts.log.setTopics(this.#topics());
  }

  #switchLanguage() {
    this.#language = this.#language === "es" ? "en" : "es";
    const draft = this.#parts.composer.text;
    this.#fill();
    this.#parts.composer.text = draft;
    this.#parts.log.toEnd();
    this.#dialog.querySelector("h2").focus();
    this.#clinic = null;
    this.#askClinic();
  }

  #notify(text) {
    const { said } = this.#parts;
    said.textContent = text;
    setTimeout(() => setText(said, ""), NOTE_MS);
  }

  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if (this.#parts.sheets.isOpen) this.#parts.sheets.close();
    else this.close();
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function linkOf(address) {
  return /^(https?:\/\/|\/)/i.test(address ?? "") ? address : null;
}
