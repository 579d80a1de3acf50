// The reply: sent without leaving the page, again under the same id while the line is gone, and
// the visitor sees that somebody writes. Notes go the same way.

import { parsed } from "./page.js";

const AGAIN_MS = [500, 1000, 2000, 3000]; // and so on with the last, for as long as it takes
const TYPING_MS = 4000;

export function composer(page) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id !== "reply" && form.id !== "note-form") return;
    event.preventDefault();
    send(form, event.submitter, page);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("#reply");
    if (form) writing(form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("textarea")?.form;
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("#do-reply") ?? undefined);
  });
  addEventListener("beforeunload", (event) => {
    const text = document.querySelector("#reply textarea");
    if (text && text.value.trim() && !submitting) event.preventDefault();
  });
  document.addEventListener("submit", () => (submitting = true));
}

let submitting = false;

async function send(form, submitter, page) {
  const button = submitter ?? form.querySelector("button:not([type=button])");
  const field = form.querySelector("textarea");
  const isDraft = button.id === "do-draft";
  const body = new URLSearchParams(new FormData(form));
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true"; // not disabled: that would take the focus away
  document.getElementById("told")?.replaceChildren(); // what it says is about something earlier
  field.readOnly = true;
  try {
    const answer = await posted(isDraft ? button.formAction : form.action, body);
    const fresh = parsed(await answer.text());
    if (new URL(answer.url).pathname === "/staff/login") return location.reload();
    if (answer.ok && !isDraft) sent(form, field, fresh);
    if (!fresh.getElementById("told")) return say("This could not be sent. Reload the page.");
    // The next words go into the field, unless somebody has gone elsewhere meanwhile.
    const stays = document.activeElement === button || (isDraft && form.contains(document.activeElement));
    page.take(fresh, { told: true, anyway: isDraft ? "composer" : "" });
    if (stays) (field.isConnected ? field : document.getElementById("text"))?.focus();
  } catch {
    say("Not sent: the desk does not answer. What you wrote is still in the field.");
  } finally {
    form.ariaBusy = "false";
    field.readOnly = false;
    submitting = false;
  }
}

/** Tried again while the desk is away: the id in the form makes a second copy harmless. */
async function posted(action, body) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetch(action, { method: "POST", body });
    } catch (error) {
      if (!body.has("message_id")) throw error;
      say("Not sent yet: the line to the desk is gone. Trying again…");
      const pause = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

function sent(form, field, fresh) {
  field.value = field.defaultValue = "";
  const id = fresh.querySelector("#reply [name=message_id]");
  if (form.id === "reply" && id) form.elements.message_id.value = id.value;
  say("");
  told = 0;
}

let told = 0;
let quiet;

/** Tells the visitor's page, not more often than need be. */
function writing(form) {
  const tell = (typing) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, typing });
    fetch(form.dataset.typing, { method: "POST", body, headers: { "X-Live": "1" } }).catch(() => {});
  };
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    told = 0;
    tell("false");
  }, TYPING_MS);
  if (Date.now() - told < TYPING_MS) return;
  told = Date.now();
  tell("true");
}

function insert(button) {
  const field = document.querySelector("#reply textarea");
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  button.closest("details").open = false;
  field.focus();
}

function say(words) {
  document.getElementById("line").textContent = words;
}
