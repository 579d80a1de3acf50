// Fits the panel to the visitor's screen and light, and to the clinic's colour.

import { coloursOf } from "./colours.js";

const PHONE = "(max-width: 30em), (max-height: 26em) and (pointer: coarse)"; // full screen
const DARK = "(prefers-color-scheme: dark)";
const LOW_PX = 420; // lower than this, with a keyboard open or at 400 %, everything but talk shrinks

export function isPhone() {
  return matchMedia(PHONE).matches;
}

export function paint(dialog, { theme, color, colorDark }) {
  const prefers = matchMedia(DARK).matches ? "dark" : "light";
  const chosen = ["light", "dark"].includes(theme) ? theme : prefers;
  dialog.classList.toggle("dark", chosen === "dark");
  const colours = coloursOf((chosen === "dark" && colorDark) || color, chosen);
  for (const [name, value] of Object.entries(colours)) dialog.style.setProperty(name, value);
}

/** What the keyboard leaves of the screen. */
export function fitToScreen(dialog) {
  const { height, offsetTop } = window.visualViewport ?? { height: innerHeight, offsetTop: 0 };
  dialog.style.setProperty("--height", `${height}px`);
  dialog.style.setProperty("--top", `${offsetTop}px`);
  dialog.classList.toggle("low", height < LOW_PX);
}

export function onScreenChange(resized, repainted) {
  addEventListener("resize", resized);
  window.visualViewport?.addEventListener("resize", resized);
  window.visualViewport?.addEventListener("scroll", resized);
  matchMedia(DARK).addEventListener("change", repainted);
}
