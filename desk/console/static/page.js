// Puts what is new into the open page. The server renders; regions marked `data-live` are taken
// over from the page as it would look now, and nothing else is touched: no field that somebody
// types into, no place that somebody has scrolled to.

/** `refresh` asks for the page again; `take` puts a page that came into place. */
export function live() {
  let asking = false;
  let again = false;
  // What was done is told once, not again after a reload.
  history.replaceState(null, "", location.href.replace(/[?&]done=\w+/, ""));
  scrollDown();
  document.querySelector(".problem")?.focus();

  async function refresh() {
    again = asking;
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { "X-Live": "1" } });
      if (answer.status === 401) return location.reload();
      if (answer.ok) take(parsed(await answer.text()));
      else if (answer.status === 404) gone();
    } catch {
      // the line is gone: the stream says so, and asks again when it is back
    } finally {
      asking = false;
      if (again) refresh();
    }
  }

  /** `told`: whether this page answers what somebody did, so that its sentence is shown. `anyway`:
      a region that is new whatever its version says. */
  function take(fresh, { told = false, anyway = "" } = {}) {
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (!now) {
        if (old.id !== "told") old.replaceChildren();
      } else if (old.dataset.live === "append") append(old, now);
      else if (old.id === anyway || (old.id === "told" ? told : isOther(old, now))) replace(old, now);
    }
    for (const region of fresh.querySelectorAll("[data-live]")) {
      if (!document.getElementById(region.id)) location.reload(); // another page than it was
    }
  }

  return { refresh, take };
}

export function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function isOther(old, now) {
  if (old.dataset.version !== undefined) return old.dataset.version !== now.dataset.version;
  return plain(old) !== plain(now);
}

/** The region as the server renders it: without what the clock and the reader did to it. */
function plain(region) {
  const copy = region.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-since]")) time.textContent = "";
  for (const open of copy.querySelectorAll("details[open]")) open.removeAttribute("open");
  return copy.innerHTML;
}

function replace(old, now) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const typed = [...old.querySelectorAll("textarea, input:not([type=hidden])")].filter(
    (field) => field.value !== field.defaultValue,
  );
  for (const open of old.querySelectorAll("details[open][id]")) {
    now.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  old.replaceWith(now);
  for (const field of typed) {
    const same = now.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (same) same.value = field.value;
    else if (field.matches("textarea")) now.append(left(field.value));
  }
  if (focused) again(now, focused)?.focus({ preventScroll: true });
}

function again(region, focused) {
  if (focused.id) return region.querySelector(`#${CSS.escape(focused.id)}`);
  const to = focused.getAttribute("href") ?? focused.form?.getAttribute("action");
  if (!to) return null;
  const named = CSS.escape(to);
  return region.querySelector(`[href="${named}"], [action="${named}"] button`);
}

/** What somebody had written when the case went to another. */
function left(text) {
  const box = document.createElement("div");
  const label = document.createElement("label");
  const field = document.createElement("textarea");
  label.textContent = "What you had written; it was not sent";
  label.htmlFor = field.id = "left-over";
  field.readOnly = true;
  field.value = text;
  box.append(label, field);
  return box;
}

/** New messages at the end of the log, each once; known ones only where something changed. */
function append(old, now) {
  const scroll = document.getElementById("scroll");
  const down = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  for (const message of [...now.children]) {
    const known = document.getElementById(message.id);
    if (!known) old.append(message);
    else if (plain(known) !== plain(message)) known.replaceWith(message);
  }
  if (down) scrollDown();
}

function scrollDown() {
  const scroll = document.getElementById("scroll");
  if (!scroll) return;
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (named && scroll.contains(named)) named.scrollIntoView({ block: "center" });
  else scroll.scrollTop = scroll.scrollHeight;
}

function gone() {
  const main = document.getElementById("main");
  const words = document.createElement("p");
  words.className = "problem";
  words.textContent = "This conversation is not here any more: it was deleted, or went to others.";
  main.replaceChildren(words);
}
