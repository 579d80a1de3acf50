// Elements. Whatever anybody wrote goes in as text, never as markup.

/** An element; a function among the traits listens, true is an attribute without a value. */
export function make(name, traits = {}, ...children) {
  const made = document.createElement(name);
  for (const [trait, value] of Object.entries(traits)) {
    if (typeof value === "function") made.addEventListener(trait, value);
    else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(trait, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function makeButton(text, click, traits = {}) {
  return make("button", { type: "button", click, ...traits }, text);
}

/** A button that is a picture; its label is what a screen reader says and a pointer shows. */
export function makeIconButton(label, path, click, traits = {}) {
  const made = makeButton("", click, { "aria-label": label, title: label, class: "icon", ...traits });
  made.append(makeIcon(path));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

function makeIcon(d) {
  const icon = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  icon.append(path);
  return icon;
}

// Characters that turn the order of what follows them: a name or a title could pretend to be another.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text without characters that would make it read otherwise than it is written. */
export function plain(text) {
  return String(text ?? "").replace(TURNING, "");
}
