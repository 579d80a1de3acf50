// The line to the desk. A browser opens only a few connections to one server, and somebody may have
// a dozen cases open: every tab in sight has a line of its own, all hidden ones together have one,
// for the alarm.

const HIDDEN = "desk.hidden";

/** Keeps `open` (which gives an EventSource) open as far as this tab may; `back` is called when
    the tab was without for a while. */
export function line(open, back) {
  let events = open();
  let waiting = null;

  function close() {
    events?.close();
    events = null;
  }

  function hide() {
    if (!navigator.locks || waiting) return; // none without https: the line stays
    waiting = new AbortController();
    const { signal } = waiting;
    close();
    const mine = () => {
      events = open();
      return new Promise((release) => signal.addEventListener("abort", release));
    };
    navigator.locks.request(HIDDEN, { signal }, mine).catch(() => {}); // seen again before its turn
  }

  function show() {
    if (!waiting) return;
    waiting.abort();
    waiting = null;
    close();
    events = open();
    back();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? hide() : show()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // out of the browser's memory of pages
    events ??= open();
    back();
  });
}
