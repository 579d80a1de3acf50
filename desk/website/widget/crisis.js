// The lines for a crisis, always in view. They need no server: a clinic in another country names its
// own numbers in the script line; the desk's settings, when it answers, win.

import { makeChoice } from "./bubbles.js";
import { make } from "./dom.js";

const CRISIS = "988";
const EMERGENCY = "911";

export function makeCrisis(words, language, { crisisNumber, emergencyNumber }) {
  const links = make("nav", { "aria-label": words.help });

  function show({ crisis, emergency }) {
    const call = `tel:${digits(crisis)}`;
    // 988 takes texts; in Spanish the word that asks for Spanish goes along.
    const text = `sms:${digits(crisis)}${language === "es" ? "?body=AYUDA" : ""}`;
    links.replaceChildren(
      make("a", { href: call }, words.call(crisis)),
      ...(crisis === CRISIS ? [make("a", { href: text }, words.text(crisis))] : []),
      make("a", { href: `tel:${digits(emergency)}` }, words.call(emergency)),
    );
  }

  const numbers = { crisis: crisisNumber || CRISIS, emergency: emergencyNumber || EMERGENCY };
  show(numbers);

  /** `numbers` as /api/clinic tells them; another country brings its own buttons. */
  function update({ crisis, emergency, buttons = [] } = {}) {
    if (!crisis || !emergency) return;
    show({ crisis, emergency });
    const own = buttons.filter(({ payload }) => /^(tel|sms):/.test(payload)).slice(0, 3);
    const isUsual = crisis === CRISIS && emergency === EMERGENCY;
    if (own.length && !isUsual) links.replaceChildren(...own.map((button) => makeChoice(button)));
  }

  return { element: make("div", { class: "help" }, make("p", {}, words.helpLine), links), update };
}

function digits(number) {
  return String(number).replace(/[^\d+*#]/g, "");
}
