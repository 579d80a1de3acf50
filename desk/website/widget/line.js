// The line to the desk: listens to a conversation, and connects again whenever it breaks. A page in
// the background lets go of it; one that wakes up gets a fresh one.

import { waitAfter } from "./pauses.js";
import { readEvents } from "./stream.js";

const CONNECT_MS = 20_000;
const STALE_MS = 20_000; // silent for so long, a line is not trusted after sleep
const HIDDEN_MS = 60_000;
const AGAIN = "a new line at once"; // why a stream was cut

export class Line {
  #api;
  #pauses;
  #heard; // { connecting(), connected(), lost(), event(name, data), gone() }
  #followed = null; // the conversation
  #cut = new AbortController(); // ends the stream that is being read
  #heardAt = 0;
  #hideTimer;

  constructor(api, pauses, heard) {
    this.#api = api;
    this.#pauses = pauses;
    this.#heard = heard;
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#cut.abort());
    addEventListener("pagehide", () => this.#cut.abort()); // or the page could not be kept whole
    addEventListener("pageshow", ({ persisted }) => persisted && this.#wake());
    document.addEventListener("visibilitychange", () => this.#seenOrHidden());
  }

  /** Listens to this conversation, and to no other any more; `lastId()` is what is known of it. */
  async follow(conversation, lastId) {
    this.leave();
    this.#followed = conversation;
    for (let failures = 0; this.#followed === conversation; ) {
      this.#heard.connecting();
      try {
        await this.#listen(conversation, lastId(), () => (failures = 0));
      } catch (error) {
        if (error.isGone && this.#followed === conversation) return this.#heard.gone();
      }
      if (this.#followed !== conversation) return;
      if (this.#cut.signal.reason === AGAIN) continue;
      failures += 1;
      if (!document.hidden) this.#heard.lost();
      await this.#pauses.take(document.hidden ? Infinity : waitAfter(failures));
    }
  }

  leave() {
    this.#followed = null;
    this.#cut.abort();
  }

  async #listen(conversation, lastId, connected) {
    const cut = (this.#cut = new AbortController());
    const tooLong = setTimeout(() => cut.abort(), CONNECT_MS);
    const path = `/api/conversations/${conversation.conversation_id}/events?state=true`;
    const asked = {
      token: conversation.token,
      headers: { "Last-Event-ID": String(lastId) },
      signal: cut.signal,
    };
    const response = await this.#api
      .call("GET", path, asked)
      .finally(() => clearTimeout(tooLong));
    connected();
    this.#heard.connected();
    await readEvents(response, (event, data) => {
      this.#heardAt = Date.now();
      if (this.#followed === conversation && event) this.#heard.event(event, data);
    });
  }

  #seenOrHidden() {
    clearTimeout(this.#hideTimer);
    if (document.hidden) this.#hideTimer = setTimeout(() => this.#cut.abort(), HIDDEN_MS);
    else this.#wake();
  }

  #wake() {
    if (Date.now() - this.#heardAt > STALE_MS) this.#cut.abort(AGAIN);
    this.#pauses.endAll();
  }
}
