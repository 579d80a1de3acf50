"""A clinic's website on another origin than the desk, under as strict a policy as there is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A clinic</title><link rel="icon" href="data:,">{head}</head>
<body><main><h1>A clinic</h1><p>Its own words.</p>{body}</main>
{line}
</body></html>"""
# What a page could do to the widget by accident, and what one may rely on itself.
RUDE_STYLE = """
html { font-size: 62.5%; }
* { color: red !important; background: yellow; font-family: cursive; letter-spacing: 0.5em;
    display: inline; }
button, dialog, p, li, header, footer { display: none; }
clinic-chat { display: none; opacity: 0.2; transform: scale(0.5); pointer-events: none; }
"""


class HostSite:
    """`pages` maps paths to HTML; `policies` to a Content-Security-Policy, strict unless named."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> HostSite:
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

    def page(
        self,
        path: str,
        desk: str,
        attributes: str = "",
        *,
        lang: str = "en",
        head: str = "",
        body: str = "",
    ) -> str:
        """Puts up a page with the embed line, and returns its address."""
        line = f'<script src="{desk}/widget.js" async {attributes}></script>'
        self.pages[path] = PAGE.format(lang=lang, head=head, body=body, line=line)
        self.policies[path] = (
            f"default-src 'none'; script-src {desk}; connect-src {desk}; style-src 'self';"
            " img-src data:; base-uri 'none'; form-action 'none'; trusted-types 'none';"
            " require-trusted-types-for 'script'"
        )
        return self.url + path


def _handler(site: HostSite) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            is_style = path == "/rude.css"
            body = RUDE_STYLE if is_style else site.pages.get(path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/css" if is_style else "text/html")
            if path in site.policies:
                self.send_header("Content-Security-Policy", site.policies[path])
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler
