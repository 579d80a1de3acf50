// What the visitor has written and the desk has not yet taken, in order. It is shared by the tabs and
// outlives a reload. An entry keeps its id however often it is sent: the desk takes it once.

const NAME = "outbox ";

/** Each entry has a place of its own: two tabs that write at once do not meet. */
export class Outbox {
  #memory;
  #lastAt = 0;

  constructor(memory) {
    this.#memory = memory;
  }

  get entries() {
    return this.#memory.names(NAME).map((name) => this.#memory.get(name)).filter(Boolean);
  }

  /** `text` is a message; without it the visitor asks for a person. */
  add(text) {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1); // no two at the same time
    const id = newId();
    this.#memory.set(`${NAME}${this.#lastAt} ${id}`, { id, text });
  }

  drop(id) {
    this.#memory.forget(...this.#memory.names(NAME).filter((name) => name.endsWith(id)));
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID asks for https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
