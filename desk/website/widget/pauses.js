// Pauses that end early when it is worth trying again.

const LONGEST_MS = 10_000;
const FIRST_MS = 1000;

export class Pauses {
  #sleepers = new Set();

  take(milliseconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = milliseconds === Infinity ? 0 : setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  endAll() {
    for (const wake of [...this.#sleepers]) wake();
  }
}

/** How long to wait after so many failures in a row: not all visitors come back at once. */
export function waitAfter(failures) {
  const wait = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return wait * (0.75 + Math.random() / 2);
}
