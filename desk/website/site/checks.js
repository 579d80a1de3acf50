// Judges an embed line: pure functions, each result { ok, text } in plain words.

const COLOUR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const ADDRESS = /^(https?:\/\/|\/)/i;
const any = () => true;

/** Every attribute that the widget knows, and what it takes. */
export const ATTRIBUTES = {
  position: { fits: (value) => ["left", "right"].includes(value), takes: "left or right" },
  lang: { fits: (value) => /^(en|es)/i.test(value), takes: "en or es" },
  theme: { fits: (value) => ["auto", "light", "dark"].includes(value), takes: "auto, light or dark" },
  color: { fits: (value) => COLOUR.test(value), takes: "a colour like #14605a" },
  "color-dark": { fits: (value) => COLOUR.test(value), takes: "a colour like #7fd0c4" },
  privacy: { fits: (value) => ADDRESS.test(value), takes: "an address" },
  desk: { fits: (value) => ADDRESS.test(value), takes: "the desk's address" },
  "crisis-number": { fits: (value) => /\d/.test(value), takes: "a phone number" },
  "emergency-number": { fits: (value) => /\d/.test(value), takes: "a phone number" },
  title: { fits: any },
  launcher: { fits: any },
  greeting: { fits: any },
  topics: { fits: any },
  notice: { fits: any },
  person: { fits: any },
};

/** The line's script among the page's source, and what is to be said of how often it is there. */
export function findLine(source, desk) {
  const parsed = new DOMParser().parseFromString(source, "text/html");
  const lines = [...parsed.querySelectorAll("script[src]")].filter((script) =>
    /\/widget\.js([?#]|$)/.test(script.getAttribute("src")),
  );
  if (!lines.length) {
    const text = `There is no <script> with ${desk}/widget.js in it. Copy the line from above.`;
    return { script: null, result: { ok: false, text } };
  }
  const ok = lines.length === 1;
  const text = ok ? "The line is there once." : `The line is there ${lines.length} times; once is enough.`;
  return { script: lines[0], result: { ok, text } };
}

export function checkSource(src, desk, address) {
  let url;
  try {
    url = new URL(src, address);
  } catch {
    return { ok: false, text: `src="${src}" is no address.` };
  }
  const ok = url.href.startsWith(`${desk}/`);
  return {
    ok,
    text: ok ? `It loads the chat from this desk.` : `It loads ${url.href}, which is not this desk (${desk}).`,
  };
}

export function checkAttributes(script) {
  return Object.entries(script.dataset).map(([key, value]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const known = ATTRIBUTES[name];
    if (!known) return { ok: false, text: `data-${name} is not known and does nothing.` };
    const ok = known.fits(value);
    return { ok, text: `data-${name}="${value}"${ok ? "" : ` should be ${known.takes}.`}` };
  });
}

export function checkSecure(desk, address) {
  const mixed = address.protocol === "https:" && desk.startsWith("http://");
  const text = mixed
    ? "The page comes by https and the desk by http: browsers refuse that. Give the desk https."
    : "Page and desk fit together.";
  return { ok: !mixed, text };
}

/** One result for each directive that the widget needs. */
export function checkPolicy(policy, desk, address) {
  const directives = new Map(
    policy
      .replace(/^content-security-policy:/i, "")
      .split(";")
      .map((part) => part.trim().split(/\s+/))
      .filter(([name]) => name)
      .map(([name, ...sources]) => [name.toLowerCase(), sources]),
  );
  return ["script-src", "connect-src"].map((name) => {
    const sources = directives.get(name) ?? directives.get("default-src");
    const ok = !sources || sources.some((source) => lets(source, desk, address));
    return { ok, text: ok ? `${name} lets the chat in.` : `${name} needs ${desk}.` };
  });
}

function lets(source, desk, address) {
  const { origin, protocol, host } = new URL(desk);
  if (source === "'self'") return origin === address.origin;
  return ["*", origin, host, protocol, `${origin}/`, `${origin}/widget.js`].includes(source);
}
