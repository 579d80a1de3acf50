// Who is in charge, and how long it takes: the lines between the header and the conversation.

import { make, makeButton, plain } from "./dom.js";
import { openCallback } from "./sheets.js";

export function makeHandoff({ talk, words, sheets, notify, focus }) {
  const text = make("div", { role: "status" });
  const actions = make("div", { class: "choices" });
  const box = make("div", { class: "standing", hidden: true }, text, actions);

  async function leave() {
    try {
      await talk.call("POST", "/leave");
    } catch {
      notify(words.failed);
    }
  }

  function buttons(state) {
    const call = makeButton(words.askCall, () =>
      openCallback(sheets, words, (fields) => talk.call("POST", "/callback", fields)),
    );
    return ["waiting", "missed"].includes(state) ? [call, makeButton(words.leave, leave)] : [];
  }

  let shown = "";
  /** Says each new state once; what stays the same is not said again. */
  function show() {
    const lines = linesOf(talk.state, words);
    const now = JSON.stringify([talk.state?.state, lines]);
    if (now === shown) return;
    shown = now;
    box.hidden = !lines.length;
    const hadFocus = actions.contains(actions.getRootNode().activeElement);
    text.replaceChildren(...lines.map((line) => make("p", {}, line)));
    actions.replaceChildren(...buttons(talk.state?.state));
    if (hadFocus) focus();
  }

  return { element: box, show };
}

function linesOf(state, words) {
  if (!state || state.state === "bot") return [];
  const { state: name, queue_place: place, staff_name: staff, opening } = state;
  const lines = {
    waiting: words.waiting(place),
    claimed: words.claimed(plain(staff)),
    callback: words.callback,
    missed: words.missed,
  };
  const hours = name !== "claimed" && opening && !opening.open ? [plain(opening.text)] : [];
  return [lines[name], ...hours].filter(Boolean);
}
