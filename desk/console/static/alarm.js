// Urgent cases that nobody has: a line on every page, and, where this browser's user has asked for
// it, a sound and a notification. Both name the case and nothing that was written.

const KEPT = "desk.alerts";
const REPEAT_MS = 60_000;

/** Hears the ids of urgent cases that nobody has. */
export function alarms() {
  let known = null;
  let latest = [];
  button(() => latest.length && ring(latest));
  setInterval(() => latest.length && ring(latest), REPEAT_MS);
  return (urgent) => {
    const fresh = urgent.filter((id) => !known?.includes(id));
    if (known && fresh.length) ring(fresh);
    known = latest = urgent;
    show(urgent);
  };
}

function show(urgent) {
  const place = document.getElementById("alarm");
  const open = urgent.filter((id) => location.pathname !== `/staff/cases/${id}`);
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (urgent.length) document.title = `(${urgent.length}) ${document.title}`;
  if (place.dataset.of === open.join()) return;
  place.dataset.of = open.join();
  place.replaceChildren();
  if (!open.length) return;
  place.append(open.length === 1 ? "An urgent case waits: " : `${open.length} urgent cases wait: `);
  open.forEach((id, at) => {
    const link = document.createElement("a");
    link.href = `/staff/cases/${id}`;
    link.textContent = id;
    place.append(at ? ", " : "", link);
  });
}

function button(tryOut) {
  const element = document.getElementById("alerts");
  if (!element) return;
  element.hidden = false;
  element.addEventListener("click", async () => {
    const on = !wanted();
    localStorage.setItem(KEPT, on ? "on" : "off");
    if (on) {
      await window.Notification?.requestPermission();
      beep();
      tryOut();
    }
    describe(element);
  });
  describe(element);
}

function describe(element) {
  const on = wanted();
  element.setAttribute("aria-pressed", String(on));
  const granted = window.Notification?.permission === "granted";
  document.getElementById("alerts-say").textContent = !on
    ? "No sound and no notification in this browser."
    : granted
      ? "Sound and notification are on in this browser."
      : "Sound is on. This browser does not allow notifications.";
}

function wanted() {
  return localStorage.getItem(KEPT) === "on";
}

function ring(ids) {
  if (!wanted()) return;
  beep();
  if (window.Notification?.permission !== "granted") return;
  for (const id of ids) {
    const note = new Notification("An urgent case waits", { body: `Case ${id}`, tag: `desk-${id}` });
    note.onclick = () => {
      window.focus();
      location.href = `/staff/cases/${id}`;
    };
  }
}

let sound;

/** Two short tones, made here: there is no file to fetch. */
function beep() {
  try {
    sound ??= new AudioContext();
    sound.resume();
    for (const [at, tone] of [
      [0, 880],
      [0.25, 1175],
    ]) {
      const wave = sound.createOscillator();
      const loud = sound.createGain();
      wave.frequency.value = tone;
      loud.gain.setValueAtTime(0.2, sound.currentTime + at);
      loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + 0.2);
      wave.connect(loud).connect(sound.destination);
      wave.start(sound.currentTime + at);
      wave.stop(sound.currentTime + at + 0.2);
    }
  } catch {
    // a browser without sound still shows the line
  }
}
