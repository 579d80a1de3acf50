// Calls of the desk's visitor API.

const CALL_MS = 20_000;
const GONE = new Set([
  "unknown_conversation",
  "token_missing",
  "token_invalid",
  "token_expired",
  "token_of_another_conversation",
]);

/** The desk said no: `status`, `code` for programs, `message` for people (English), `seconds`. */
export class Refusal extends Error {
  constructor(status, { code, message } = {}, seconds = 0) {
    super(message || `status ${status}`);
    Object.assign(this, { status, code, seconds });
  }

  /** The conversation is not there any more, or not for us. */
  get isGone() {
    return GONE.has(this.code);
  }

  /** The same again, later, may be taken. */
  get isPassing() {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  #desk;

  constructor(desk) {
    this.#desk = desk;
  }

  /** The response, its status below 400. Throws Refusal, or whatever fetch does without a line. */
  async call(method, path, { token, body, headers = {}, signal } = {}) {
    const sent = { ...headers };
    if (token) sent.Authorization = `Bearer ${token}`;
    if (body) sent["Content-Type"] = "application/json";
    const tooLong = new AbortController();
    const timer = setTimeout(() => tooLong.abort(), CALL_MS);
    const response = await fetch(this.#desk + path, {
      method,
      headers: sent,
      body: body && JSON.stringify(body),
      signal: signal ?? tooLong.signal,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    }).finally(() => clearTimeout(timer));
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => null)) ?? {};
    throw new Refusal(response.status, error, Number(response.headers.get("Retry-After")) || 0);
  }
}
