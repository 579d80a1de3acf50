// The one line on a clinic's page: <script src="…/widget.js" async></script>, the desk before it.
//
// It adds <clinic-chat>, which shows a button. What lies behind the button is fetched when a
// visitor reaches for it, or when this browser has a conversation that may have an answer by now.
// Nothing is stored, and nothing about the visitor sent, before the first message.

(() => {
  const script = document.currentScript;
  const desk = new URL(script.dataset.desk || ".", script.src).href.replace(/\/$/, "");
  const files = `${desk}/widget/VERSION`; // the desk puts in which one it is
  const KEPT = `clinic-chat ${desk} `; // what this browser keeps of a conversation begins so

  const WORDS = {
    en: {
      launcher: "Ask a question",
      unread: (count) => `${count} new`,
      failed: "The chat cannot be reached just now. Trying again when you press the button.",
      danger: "In danger, or thinking of suicide? Help is there day and night:",
      call: (number) => `Call ${number}`,
      close: "Close",
    },
    es: {
      launcher: "Haz una pregunta",
      unread: (count) => (count === 1 ? "1 nuevo" : `${count} nuevos`),
      failed: "No se puede abrir el chat en este momento. Se intentará de nuevo al pulsar el botón.",
      danger: "¿En peligro o piensas en el suicidio? Hay ayuda de día y de noche:",
      call: (number) => `Llamar al ${number}`,
      close: "Cerrar",
    },
  };

  const STYLE = `
    :host { all: initial !important; }
    .root { all: initial; font: medium/1.4 system-ui, sans-serif; --fill: #14605a; --on-fill: #fff; }
    button, a { font: inherit; box-sizing: border-box; cursor: pointer; }
    :focus-visible { outline: 3px solid var(--on-fill); outline-offset: -6px; }
    .launcher {
      position: fixed; z-index: 2147483000; right: 1em; bottom: 1em; min-height: 3.25em;
      max-width: calc(100vw - 2em); padding: 0.6em 1.2em 0.6em 1em; display: flex; gap: 0.6em;
      align-items: center; border: 2px solid var(--on-fill); border-radius: 1.7em;
      background: var(--fill); color: var(--on-fill); font-weight: 600;
      box-shadow: 0 2px 10px #0005;
    }
    .left .launcher { right: auto; left: 1em; }
    .launcher svg { width: 1.5em; height: 1.5em; flex: none; fill: none; stroke: currentcolor;
      stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    .launcher:hover { text-decoration: underline; }
    .launcher[hidden] { display: none; }
    .launcher[aria-busy="true"] svg { opacity: 0.5; }
    .count { padding: 0 0.5em; border-radius: 1em; background: var(--on-fill); color: var(--fill); }
    .count:empty { display: none; }
    .fallback { position: fixed; z-index: 2147483000; right: 1em; bottom: 5em; width: 20em;
      max-width: calc(100vw - 2em); box-sizing: border-box; padding: 0.75em 1em; background: #fff;
      color: #1d2624; border: 2px solid #a3201b; border-radius: 0.75em; }
    .left .fallback { right: auto; left: 1em; }
    .fallback p { margin: 0 0 0.5em; }
    .fallback a, .fallback button { display: inline-block; min-height: 2.75em; margin: 0 0.5em 0.5em 0;
      padding: 0.6em 0.9em; border: 1px solid #a3201b; border-radius: 0.5em; background: #fff;
      color: #a3201b; font-weight: 600; text-decoration: none; }
    .fallback :focus-visible { outline-color: #a3201b; outline-offset: 2px; }
    @media (forced-colors: active) { :focus-visible { outline-color: Highlight; } }
  `;

  function make(name, traits, ...children) {
    const made = document.createElement(name);
    for (const [trait, value] of Object.entries(traits)) made.setAttribute(trait, value);
    made.append(...children);
    return made;
  }

  /** A constructed sheet is allowed under a strict policy; a browser from before 2023 has none. */
  function addStyle(shadow, css) {
    if (!shadow.adoptedStyleSheets) return shadow.append(make("style", {}, css));
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    return shadow.adoptedStyleSheets.push(style);
  }

  function bubbleIcon() {
    const SVG = "http://www.w3.org/2000/svg";
    const icon = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M4 5h16v11h-8l-5 4v-4H4zM8 9h8M8 12h5");
    icon.append(path);
    return icon;
  }

  /** Black or white, whichever is read more easily on the colour. */
  function textOn(hex) {
    const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(full.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
  }

  function hasConversation() {
    try {
      return Object.keys(localStorage).some((key) => key.startsWith(KEPT));
    } catch {
      return false; // storage is switched off
    }
  }

  class ClinicChat extends HTMLElement {
    #launcher;
    #count;
    #root;
    #words;
    #loading = null; // a promise of the panel
    #fallback = null;

    connectedCallback() {
      if (this.shadowRoot) return;
      const { language, dataset } = this;
      this.#words = WORDS[language];
      const shadow = this.attachShadow({ mode: "open" });
      addStyle(shadow, STYLE);
      this.#count = make("span", { class: "count" });
      const label = make("span", {}, dataset.launcher || this.#words.launcher);
      this.#launcher = make(
        "button",
        { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false" },
        bubbleIcon(),
        label,
        this.#count,
      );
      this.#launcher.addEventListener("click", () => this.open());
      for (const reach of ["pointerenter", "focus"]) {
        this.#launcher.addEventListener(reach, () => this.#load().catch(() => {}), { once: true });
      }
      const side = dataset.position === "left" ? "root left" : "root";
      this.#root = make("div", { class: side, lang: language }, this.#launcher);
      this.#colour(dataset.color);
      shadow.append(this.#root);
      if (hasConversation()) whenIdle(() => this.#load().catch(() => {}));
    }

    /** "en" or "es": as the page says, else as the browser does. */
    get language() {
      const said = this.dataset.lang || document.documentElement.lang || navigator.language || "en";
      return said.toLowerCase().startsWith("es") ? "es" : "en";
    }

    async open() {
      this.#launcher.setAttribute("aria-busy", "true");
      try {
        const panel = await this.#load();
        this.#dropFallback();
        panel.open();
      } catch {
        this.#fallBack();
      } finally {
        this.#launcher.removeAttribute("aria-busy");
      }
    }

    async close() {
      if (this.#loading) (await this.#loading).close();
    }

    #load() {
      this.#loading ??= this.#fetch().catch((error) => {
        this.#loading = null;
        throw error;
      });
      return this.#loading;
    }

    async #fetch() {
      const [{ start }, css] = await Promise.all([import(`${files}/panel.js`), fetchStyle()]);
      addStyle(this.shadowRoot, css);
      return start({
        host: this,
        root: this.#root,
        launcher: this.#launcher,
        desk,
        onUnread: (count) => {
          this.#count.textContent = count ? this.#words.unread(count) : "";
        },
      });
    }

    #colour(colour) {
      if (!/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour || "")) return;
      this.#root.style.setProperty("--fill", colour);
      this.#root.style.setProperty("--on-fill", textOn(colour));
    }

    /** The desk is out of reach: the crisis lines need no server. */
    #fallBack() {
      this.#dropFallback();
      const { failed, danger, call, close } = this.#words;
      const { crisisNumber = "988", emergencyNumber = "911" } = this.dataset;
      const lines = [crisisNumber, emergencyNumber].map((number) =>
        make("a", { href: `tel:${number.replace(/[^\d+*#]/g, "")}` }, call(number)),
      );
      const shut = make("button", { type: "button" }, close);
      shut.addEventListener("click", () => {
        this.#dropFallback();
        this.#launcher.focus();
      });
      const texts = [make("p", {}, failed), make("p", {}, danger)];
      this.#fallback = make("div", { class: "fallback", role: "alert" }, ...texts, ...lines, shut);
      this.#root.append(this.#fallback);
    }

    #dropFallback() {
      this.#fallback?.remove();
      this.#fallback = null;
    }
  }

  async function fetchStyle() {
    const response = await fetch(`${files}/panel.css`, { credentials: "omit" });
    if (!response.ok) throw new Error(`no style: ${response.status}`);
    return response.text();
  }

  function whenIdle(task) {
    if (window.requestIdleCallback) requestIdleCallback(task, { timeout: 3000 });
    else setTimeout(task, 500);
  }

  function add() {
    if (document.querySelector("clinic-chat")) return; // the page has placed one itself
    const chat = document.createElement("clinic-chat");
    Object.assign(chat.dataset, script.dataset);
    document.body.append(chat);
  }

  if (customElements.get("clinic-chat")) return; // the line stands on the page twice
  customElements.define("clinic-chat", ClinicChat);
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
