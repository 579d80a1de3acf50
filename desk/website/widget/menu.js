// The menu of the panel: what a visitor can do with the conversation as a whole.

import { make, makeButton, makeIconButton } from "./dom.js";
import { openQuestion } from "./sheets.js";

const DOTS = "M5 12h.01M12 12h.01M19 12h.01";

/** `panel` has talk, words, sheets, notify(text), switchLanguage(). */
export function makeMenu({ talk, words, sheets, notify, switchLanguage }) {
  const list = make("ul", { hidden: true, id: "menu" });
  const button = makeIconButton(words.menu, DOTS, () => toggle(list.hidden), {
    "aria-expanded": "false",
    "aria-controls": "menu",
  });
  const box = make("div", { class: "menu" }, button, list);

  function toggle(isOpen) {
    if (isOpen) list.replaceChildren(...items().map((item) => make("li", {}, item)));
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  }

  function item(text, act) {
    return makeButton(text, () => {
      toggle(false);
      button.focus();
      act();
    });
  }

  function items() {
    const always = [item(words.other, switchLanguage)];
    if (!talk.hasBegun) return always;
    const end = { question: words.endSure, yes: words.end, act: () => talk.end(false) };
    const remove = { question: words.removeSure, yes: words.remove, act: () => talk.end(true) };
    return [
      item(words.transcript, () => save("/transcript", "conversation.txt")),
      item(words.exportAll, () => save("/export", "conversation.json")),
      ...always,
      item(words.end, () => openQuestion(sheets, words, end)),
      item(words.remove, () => openQuestion(sheets, words, remove)),
    ];
  }

  async function save(path, name) {
    try {
      const response = await talk.call("GET", path);
      const href = URL.createObjectURL(await response.blob());
      make("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
    } catch {
      notify(words.failed);
    }
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    toggle(false);
    button.focus();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !box.contains(relatedTarget)) toggle(false);
  });
  return box;
}
