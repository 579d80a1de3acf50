// Sheets that lie over the conversation: a question to be answered, the form for a call back.

import { make, makeButton } from "./dom.js";

/** Shows one sheet at a time in the panel; the focus comes back to where it was. */
export class Sheets {
  #panel;
  #sheet = null;
  #before = null;

  constructor(panel) {
    this.#panel = panel;
  }

  get isOpen() {
    return this.#sheet !== null;
  }

  open(sheet, first) {
    this.close();
    this.#before = this.#panel.getRootNode().activeElement;
    this.#sheet = sheet;
    for (const part of this.#covered()) part.inert = true;
    this.#panel.querySelector(".body").append(sheet);
    first.focus();
  }

  close() {
    if (!this.#sheet) return;
    this.#sheet.remove();
    this.#sheet = null;
    for (const part of this.#covered()) part.inert = false;
    const visible = this.#before?.isConnected && this.#before.offsetParent;
    (visible ? this.#before : this.#panel.querySelector(".log")).focus();
  }

  #covered() {
    return this.#panel.querySelectorAll(".body > :not(.sheet)");
  }
}

/** Asks before something that cannot be taken back; `act` gives a promise. */
export function openQuestion(sheets, words, { question, yes, act }) {
  const text = make("p", { id: "question" }, question);
  const failed = make("p", { class: "failed", role: "alert" });
  const no = makeButton(words.keep, () => sheets.close());
  const go = makeButton(yes, async () => {
    go.disabled = true;
    try {
      await act();
      sheets.close();
    } catch {
      go.disabled = false;
      failed.textContent = words.failed;
    }
  });
  const traits = { class: "sheet", role: "alertdialog", "aria-labelledby": "question" };
  sheets.open(make("div", traits, text, make("div", { class: "choices" }, go, no), failed), no);
}

/** The form for a call back; `send(fields)` gives a promise. */
export function openCallback(sheets, words, send) {
  const name = makeField("call-name", words.callName, { autocomplete: "name", required: true });
  const contact = makeField("call-contact", words.callContact, { required: true });
  const time = makeField("call-time", words.callTime, {});
  const failed = make("p", { class: "failed", role: "alert" });

  async function submit(event) {
    event.preventDefault();
    const empty = [name, contact].filter((field) => !check(field, words));
    if (empty.length) return empty[0].input.focus();
    try {
      const fields = { name: name.value, contact: contact.value, best_time: time.value };
      await send(fields);
      sheets.close();
    } catch (error) {
      failed.textContent = error.status === 422 ? error.message : words.failed;
    }
  }

  const buttons = make("div", { class: "choices" }, make("button", { class: "main" }, words.callSend));
  buttons.append(makeButton(words.cancel, () => sheets.close()));
  const form = make(
    "form",
    { class: "sheet", submit, novalidate: true, "aria-labelledby": "call-title" },
    make("h3", { id: "call-title" }, words.callTitle),
    make("p", {}, words.callNote),
    ...[name, contact, time].map((field) => field.element),
    failed,
    buttons,
  );
  sheets.open(form, name.input);
}

function makeField(id, label, traits) {
  const input = make("input", { id, maxlength: "200", "aria-describedby": `${id}-error`, ...traits });
  const error = make("span", { id: `${id}-error`, class: "failed" });
  return {
    element: make("p", { class: "field" }, make("label", { for: id }, label), input, error),
    input,
    error,
    get value() {
      return input.value.trim();
    },
  };
}

function check(field, words) {
  const isGood = field.value !== "";
  field.input.setAttribute("aria-invalid", String(!isGood));
  field.error.textContent = isGood ? "" : words.callMissing;
  return isGood;
}
