"""What browsers fetch: the widget, a page that shows it as on a clinic's site, a page that helps
to put it on one.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from desk.parts import desk_of
from desk.website.refusals import Refused
from desk.website.widget_files import WidgetFile, WidgetFiles

PAGES = Path(__file__).parent / "site"
PAGE_FILES = {
    "/": "index.html",
    "/embed": "embed.html",
    "/site.css": "site.css",
    "/embed.js": "embed.js",
    "/checks.js": "checks.js",
}
# Any clinic's page may load the widget; what it may ask the API is another question.
_FOR_EVERY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
_SHORT = "public, max-age=300, stale-while-revalidate=600"
_FOR_GOOD = "public, max-age=31536000, immutable"


def site_routes() -> list[Route]:
    """The routes of one application; reads the widget's files once."""
    files = WidgetFiles()

    async def launcher(request: Request) -> Response:
        return _answer(request, files.launcher, _SHORT)

    async def part(request: Request) -> Response:
        """A page that was open while the desk got a new version gets the new part, unkept."""
        wanted = files.parts.get(request.path_params["name"])
        if wanted is None:
            raise Refused(404, "not_found", "The widget has no such file.")
        is_current = request.path_params["version"] == files.version
        return _answer(request, wanted, _FOR_GOOD if is_current else "no-cache")

    return [
        *(Route(path, _page) for path in PAGE_FILES),
        Route("/embed/check", _check),
        Route("/widget.js", launcher),
        Route("/widget/{version}/{name}", part),
    ]


def _answer(request: Request, file: WidgetFile, caching: str) -> Response:
    headers = {**_FOR_EVERY_PAGE, "Cache-Control": caching, "ETag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.content, headers=headers, media_type=file.media_type)
    headers["Content-Encoding"] = "gzip"
    return Response(file.zipped, headers=headers, media_type=file.media_type)


async def _page(request: Request) -> Response:
    return FileResponse(PAGES / PAGE_FILES[request.url.path], headers={"Cache-Control": "no-cache"})


async def _check(request: Request) -> Response:
    """GET /embed/check?origin=https://clinic.example: may pages from there call the API?"""
    origin = request.query_params.get("origin", "")
    return JSONResponse({"allowed": origin in desk_of(request).settings.allowed_origins})
