// What the browser keeps between pages and tabs: from the first message on, and only where it lets us.

const OPEN = "open";

export class Memory {
  #prefix;
  #own = new Map(); // stands in where storage is switched off or full

  constructor(desk) {
    this.#prefix = `clinic-chat ${desk} `;
  }

  get(name) {
    try {
      const kept = localStorage.getItem(this.#prefix + name);
      if (kept !== null) return JSON.parse(kept);
    } catch {
      // unreadable is the same as not there
    }
    return this.#own.get(name) ?? null;
  }

  set(name, value) {
    try {
      localStorage.setItem(this.#prefix + name, JSON.stringify(value));
      this.#own.delete(name);
    } catch {
      this.#own.set(name, value);
    }
  }

  /** The names that begin so, sorted. */
  names(start) {
    const whole = this.#prefix + start;
    let kept = [];
    try {
      kept = Object.keys(localStorage).filter((key) => key.startsWith(whole));
    } catch {
      // there are only our own
    }
    const own = [...this.#own.keys()].filter((name) => name.startsWith(start));
    return [...kept.map((key) => key.slice(this.#prefix.length)), ...own].sort();
  }

  forget(...names) {
    for (const name of names) {
      this.#own.delete(name);
      try {
        localStorage.removeItem(this.#prefix + name);
      } catch {
        // nothing was kept
      }
    }
  }

  /** Whether the panel is open in this tab: kept for a reload. */
  get isOpen() {
    try {
      return sessionStorage.getItem(this.#prefix + OPEN) !== null;
    } catch {
      return false;
    }
  }

  set isOpen(isOpen) {
    try {
      if (isOpen) sessionStorage.setItem(this.#prefix + OPEN, "1");
      else sessionStorage.removeItem(this.#prefix + OPEN);
    } catch {
      // then it is closed after a reload
    }
  }

  /** Calls back with the name of what another tab has changed. */
  watch(changed) {
    addEventListener("storage", ({ key }) => {
      if (key === null) changed("conversation"); // everything was cleared
      else if (key.startsWith(this.#prefix)) changed(key.slice(this.#prefix.length));
    });
  }

  /** Runs the task while no other tab runs one; where the browser has no locks, at once. */
  alone(task) {
    return navigator.locks ? navigator.locks.request(this.#prefix, task) : task();
  }
}
