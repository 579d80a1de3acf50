// The clinic's colour, made readable: 4.5 to 1 for text, whatever was chosen.

const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const SURFACE = { light: "#ffffff", dark: "#1d2422" };
const CLEAR = 4.5;

/** The custom properties that the colour sets in a theme; none for what is no colour. */
export function coloursOf(colour, theme) {
  if (!HEX.test(colour ?? "")) return {};
  const fill = partsOf(colour);
  const surface = partsOf(SURFACE[theme]);
  const ink = readable(fill, surface, theme === "light" ? [0, 0, 0] : [255, 255, 255]);
  return {
    "--accent": hexOf(ink),
    "--fill": colour,
    "--on-fill": luminance(fill) > 0.179 ? "#000000" : "#ffffff",
    "--mine": hexOf(mix(surface, fill, 0.14)),
  };
}

function readable(colour, ground, toward) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, toward, share);
    if (contrast(mixed, ground) >= CLEAR + 0.5) return mixed; // grounds differ a little
  }
  return toward;
}

function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(parts) {
  const [red, green, blue] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(from, to, share) {
  return from.map((part, at) => Math.round(part + (to[at] - part) * share));
}

function partsOf(hex) {
  const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
  return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
}

function hexOf(parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
