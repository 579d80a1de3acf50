// Thumbs under an answer, and the reason for one that points down.

import { make, makeButton, makeIconButton } from "./dom.js";

const UP = "M7 11v9H4v-9zm0 0 4-8c2 0 3 1 2.500 3.500L13 9h6l-1.500 9-1 2H7";
const DOWN = "M17 13V4h3v9zm0 0-4 8c-2 0-3-1-2.500-3.500L11 15H5l1.500-9 1-2H17";

/** `send(helpful, reason)` gives a promise. */
export function makeFeedback(words, send) {
  const box = make("div", { class: "feedback", role: "group", "aria-label": words.helpful });

  async function rate(helpful, reason) {
    try {
      await send(helpful, reason);
      box.replaceChildren(make("p", { tabindex: "-1" }, words.thanks));
    } catch {
      box.append(make("p", {}, words.failed));
    }
    box.querySelector("p")?.focus();
  }

  function ask() {
    const reasons = Object.entries(words.reasons).map(([reason, text]) =>
      makeButton(text, () => rate(false, reason)),
    );
    const question = make("p", { tabindex: "-1" }, words.why);
    box.replaceChildren(question, make("div", { class: "choices" }, ...reasons));
    question.focus();
  }

  box.append(
    make("span", {}, words.helpful),
    makeIconButton(words.yes, UP, () => rate(true)),
    makeIconButton(words.no, DOWN, ask),
  );
  return box;
}
