"""Stands in for the Rasa server and the action server, over HTTP: answers by what it is sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

CITATION = {
    "document": "what-is-ketamine.md",
    "title": "What ketamine therapy is",
    "section": "In short",
    "text": "Ketamine is an anesthetic that has been used since 1970.",
    "url": "https://clinic.example/what-is-ketamine",
    "author": "The infusion team",
    "date": "2025-03-01",
}
PERSON = {"title": "Talk to a person", "payload": "I would like to talk to a person"}
LINES = [
    {"title": "Call 988", "payload": "tel:988"},
    {"title": "Text 988", "payload": "sms:988"},
    {"title": "Call 911", "payload": "tel:911"},
]
HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> & \u202egnp.exe\u202c '
    "[x](javascript:window.hacked=1) " + "W" * 10_000
)
_REPLIES: dict[str, tuple[str, dict[str, Any]]] = {
    "end it": (
        "I am sorry that it hurts so much.\n\nThis is an automated assistant, not a person. In"
        " immediate danger call 911. You can call or text 988, day and night.",
        {"outcome": "crisis", "reason": "suicide", "buttons": LINES, "open_case": True},
    ),
    "dose": (
        "A clinician has to answer that. I have opened a request for our team.",
        {"outcome": "handoff", "reason": "dosing", "open_case": True},
    ),
    "weather": (
        "Our documents don't cover that, so I won't guess. Would you like a person to answer you?",
        {"outcome": "no_answer", "buttons": [PERSON]},
    ),
    "hostile": (
        HOSTILE,
        {
            "outcome": "answer",
            "citations": [{**CITATION, "title": HOSTILE[:200], "text": HOSTILE}],
            "buttons": [
                {"title": HOSTILE[:80], "payload": "javascript:window.hacked=1"},
                {"title": "data", "payload": "data:text/html,<script>window.hacked=1</script>"},
                {"title": HOSTILE[:60], "payload": "more of it"},
            ],
        },
    ),
}


class RasaStandIn:
    """`seconds` is how long it takes to answer; `asked` is every message it got, `drafted`
    every question for a draft, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.drafted: list[str] = []
        self.seconds = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> RasaStandIn:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def draft(self, question: str) -> dict[str, Any]:
        """As the action server answers a member of staff."""
        self.drafted.append(question)
        if "weather" in question:
            said = {"response": "say_no_answer", "custom": {"outcome": "no_answer"}}
        else:
            answer = {"answer": CITATION["text"], "custom": {**_answer(), "reason": "other"}}
            said = {"response": "say_answer", **answer}
        return {"events": [], "responses": [said, {"response": "say_disclaimer"}]}

    def reply(self, text: str) -> list[dict[str, Any]]:
        self.asked.append(text)
        time.sleep(self.seconds)
        said, custom = next(
            (reply for words, reply in _REPLIES.items() if words in text),
            (f"About “{text[:80]}”: ketamine is an anesthetic.\n\nNo medical advice.", _answer()),
        )
        return [{"text": said, "buttons": custom.get("buttons", [])}, {"custom": custom}]


def _answer() -> dict[str, Any]:
    return {"outcome": "answer", "citations": [CITATION]}


def _handler(rasa: RasaStandIn) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({"status": "ok"})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))
            if self.path == "/webhook":
                self._send(rasa.draft(asked["tracker"]["latest_message"]["text"]))
            else:
                self._send(rasa.reply(asked["message"]))

        def _send(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
