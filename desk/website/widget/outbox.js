// What the visitor has written and the desk has not yet taken, in order. It is shared by the tabs and
// outlives a reload. An entry keeps its id however often it is sent: the desk takes it once.

const NAME = "outbox";

export class Outbox {
  #memory;

  constructor(memory) {
    this.#memory = memory;
  }

  get entries() {
    return this.#memory.get(NAME) ?? [];
  }

  /** `text` is a message; without it the visitor asks for a person. */
  add(text) {
    const entry = { id: newId(), text };
    this.#memory.set(NAME, [...this.entries, entry]);
    return entry;
  }

  /** Whether it was there. */
  drop(id) {
    const left = this.entries.filter((entry) => entry.id !== id);
    const there = left.length < this.entries.length;
    if (left.length) this.#memory.set(NAME, left);
    else this.#memory.forget(NAME);
    return there;
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID asks for https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
