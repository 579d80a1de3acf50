// A conversation with the desk: sends, listens, and outlasts reloads, tabs, sleep and a broken line.
// Knows nothing of the page; tells what happens by events:
//   message (detail: the message), pending, refused (detail: { entry, error }), state, typing,
//   line, ended (detail: { why, said })

import { Api, Refusal } from "./api.js";
import { Line } from "./line.js";
import { Outbox } from "./outbox.js";
import { Pauses, waitAfter } from "./pauses.js";

const HISTORY_MS = 500; // so long after the last message of a replay it is over
const WRITES_MS = 15_000; // whoever has not been heard of for so long does not write any more

export class Talk extends EventTarget {
  messages = []; // as the desk has them, in order
  state = null; // of the conversation, as the desk tells it
  typing = null; // { who } while a member of staff writes
  line = "idle"; // idle, connecting, online, offline
  isReplaying = false;
  isSlowed = false; // the desk has asked us to wait
  #api;
  #memory;
  #outbox;
  #language;
  #pauses = new Pauses();
  #line;
  #current = null; // the conversation that is listened to
  #isSending = false;
  #replayTimer;
  #typingTimer;

  constructor(desk, memory, language) {
    super();
    this.#api = new Api(desk);
    this.#memory = memory;
    this.#outbox = new Outbox(memory);
    this.#language = language;
  }

  /** Goes on with what this browser has kept, if anything. */
  start() {
    this.#memory.watch((name) => this.#changedElsewhere(name));
    this.#line = new Line(this.#api, this.#pauses, {
      connecting: () => this.line !== "offline" && this.#setLine("connecting"),
      connected: () => this.#connected(),
      lost: () => this.#setLine("offline"),
      event: (name, data) => this.#hear(name, data),
      gone: () => this.#forget("gone"),
    });
    this.#adopt();
    if (this.pending.length) this.#send();
  }

  get conversation() {
    return this.#memory.get("conversation");
  }

  get pending() {
    return this.#outbox.entries;
  }

  get hasBegun() {
    return this.conversation !== null || this.pending.length > 0;
  }

  get lastId() {
    return this.messages.at(-1)?.id ?? 0;
  }

  /** Messages to the visitor that no tab has shown yet. */
  get unread() {
    const seen = this.#memory.get("seen") ?? 0;
    return this.messages.filter(({ id, from }) => id > seen && from !== "visitor").length;
  }

  /** How many of the visitor's messages have no reply yet. */
  get unanswered() {
    const lastReply = this.messages.findLastIndex(({ from }) => from !== "visitor");
    const said = this.messages.length - 1 - lastReply;
    return said + this.pending.length;
  }

  see() {
    if (this.lastId > (this.#memory.get("seen") ?? 0)) this.#memory.set("seen", this.lastId);
  }

  say(text) {
    this.#outbox.add(text);
    this.#tell("pending");
    this.#send();
  }

  askForPerson() {
    this.say(null);
  }

  /** Something about the conversation, at once or not at all. Throws as Api.call does. */
  async call(method, path, body) {
    const { conversation_id: id, token } = this.conversation;
    return this.#api.call(method, `/api/conversations/${id}${path}`, { token, body });
  }

  async clinic(language) {
    const response = await this.#api.call("GET", `/api/clinic?language=${language}`);
    return response.json();
  }

  /** Ends the conversation, here and at the desk; with `remove` the desk deletes it. */
  async end(remove) {
    let said = null; // what the desk says of it, if it has more to say than we do
    if (this.conversation) {
      try {
        const response = await (remove ? this.call("DELETE", "") : this.call("POST", "/end"));
        said = (await response.json()).text;
      } catch (error) {
        if (!error.isGone) throw error;
      }
    }
    for (const { id } of this.pending) this.#outbox.drop(id);
    this.#forget(remove ? "deleted" : "ended", said);
  }

  // --- sending

  async #send() {
    if (this.#isSending) return this.#pauses.endAll();
    this.#isSending = true;
    for (let failures = 0; this.pending.length; ) {
      const error = await this.#memory.alone(() => this.#deliverFirst());
      this.isSlowed = error instanceof Refusal;
      this.#tell("pending");
      failures = error ? failures + 1 : 0;
      if (!error) continue;
      if (!this.isSlowed) this.#setLine("offline");
      await this.#pauses.take(error.seconds * 1000 || waitAfter(failures));
    }
    this.#isSending = false;
  }

  /** The error after which it has to be tried again, or nothing. */
  async #deliverFirst() {
    const [entry] = this.pending; // another tab may have sent what was first a moment ago
    if (!entry) return null;
    try {
      await this.#deliver(entry);
    } catch (error) {
      if (error.isGone) {
        this.#forget("gone"); // the message goes into a new one
        return null;
      }
      if (!(error instanceof Refusal) || error.isPassing) return error;
      this.#tell("refused", { entry, error });
    }
    this.#outbox.drop(entry.id);
    return null;
  }

  async #deliver({ id, text }) {
    if (!this.conversation) await this.#begin();
    if (text === null) await this.call("POST", "/person", { message_id: id });
    else await this.call("POST", "/messages", { message_id: id, text });
  }

  async #begin() {
    const body = { language: this.#language };
    const response = await this.#api.call("POST", "/api/conversations", { body });
    this.#memory.set("conversation", await response.json());
    this.#adopt();
    this.isReplaying = false; // what comes now is new
  }

  // --- listening

  /** Listens to the conversation that this browser has, if it does not yet. */
  #adopt() {
    const conversation = this.conversation;
    if (!conversation || conversation.conversation_id === this.#current?.conversation_id) return;
    this.#current = conversation;
    this.messages = [];
    this.isReplaying = true;
    this.#line.follow(conversation, () => this.lastId);
  }

  #connected() {
    this.#setTyping(null);
    this.#setLine("online");
    this.#replayEndsSoon();
    this.#pauses.endAll(); // what waits to be sent goes now
  }

  #hear(event, data) {
    if (event === "message") this.#receive(data);
    else if (event === "state") this.#receiveState(data);
    else if (event === "typing") this.#setTyping(data.typing ? data : null);
  }

  #receive(message) {
    if (message.id <= this.lastId) return; // heard already
    this.messages.push(message);
    if (message.message_id) this.#outbox.drop(message.message_id); // only its receipt was lost
    if (message.from === "staff") this.#setTyping(null);
    if (this.isReplaying) this.#replayEndsSoon();
    this.#tell("message", message);
  }

  /** It comes after the stored messages. */
  #receiveState(state) {
    this.isReplaying = false;
    this.#setState(state);
  }

  #replayEndsSoon() {
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => (this.isReplaying = false), HISTORY_MS);
  }

  // --- what changes

  #changedElsewhere(name) {
    if (name.startsWith("outbox")) this.#tell("pending");
    if (name === "seen") this.#tell("line");
    if (name !== "conversation") return;
    if (this.#current && !this.#isKept) this.#forget("elsewhere");
    this.#adopt();
  }

  /** Whether what is listened to is what the browser has kept; another tab may have begun anew. */
  get #isKept() {
    return this.conversation?.conversation_id === this.#current?.conversation_id;
  }

  #forget(why, said) {
    if (this.#isKept) this.#memory.forget("conversation", "seen");
    this.#current = null;
    this.#line.leave();
    this.messages = [];
    this.#setState(null);
    this.#setTyping(null);
    this.#setLine("idle");
    this.#tell("ended", { why, said });
  }

  #setLine(line) {
    if (this.line === line) return;
    this.line = line;
    this.#tell("line");
  }

  #setState(state) {
    this.state = state;
    this.#tell("state");
  }

  #setTyping(typing) {
    clearTimeout(this.#typingTimer);
    if (typing) this.#typingTimer = setTimeout(() => this.#setTyping(null), WRITES_MS);
    this.typing = typing;
    this.#tell("typing");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
