"""The web server of the site: its addresses and headers. It listens on the loopback address only."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from copydesk.flows.browse import page_address, views
from copydesk.flows.browse.corpus import PAGE, Corpus
from copydesk.flows.browse.page_address import BadAddress
from copydesk.flows.browse.views import NotFound
from copydesk.flows.support import html_rendering
from copydesk.flows.support.html_rendering import safe_html

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Warehouse

HOSTS = ["127.0.0.1", "localhost", "[::1]"]
#: Pages may load no scripts, no frames and nothing from other sites, even if a document names them.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
#: A report contains its own styles, so they are allowed. It also sets a stricter policy itself.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_ID_IN_REPORT = re.compile(r'<code title="([0-9a-f]{32})">[0-9a-f]{8}</code>')
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Site:
    """The pages of one warehouse. They always show the current snapshot."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._lock = threading.Lock()
        self._corpus: Corpus | None = None

    def corpus(self) -> Corpus:
        """The corpus of the current snapshot, opened only once for each snapshot."""
        with self._lock:
            current = self.warehouse.current_id()
            if self._corpus is None or self._corpus.snapshot.id != current:
                self._corpus = Corpus(self.warehouse.snapshot("current"))
            return self._corpus

    def home(self, request: Request) -> Response:
        """`/`: documents."""
        return self._page("home", views.home(self.corpus(), dict(request.query_params)))

    def article(self, request: Request) -> Response:
        """`/article/ID`: one document."""
        return self._page("article", views.article(self.corpus(), request.path_params["doc_id"]))

    def compare(self, request: Request) -> Response:
        """`/compare/ID/ID`: two documents side by side."""
        found = views.compare(
            self.corpus(), request.path_params["one"], request.path_params["other"]
        )
        return self._page("compare", found)

    def stories(self, request: Request) -> Response:
        """`/stories`: the largest stories."""
        page = page_address.page_number(request.query_params.get("page"))
        rows = self.corpus().stories(page)
        return self._page("stories", {"rows": rows, "page": page, "is_full": len(rows) == PAGE})

    def story(self, request: Request) -> Response:
        """`/story/ID`: a story as a time line."""
        story_id = page_address.identifier(request.path_params["story_id"])
        return self._page("story", views.story(self.corpus(), story_id))

    def outlets(self, request: Request) -> Response:
        """`/outlets`: every outlet."""
        return self._page("outlets", {"rows": self.corpus().outlets})

    def dropped(self, request: Request) -> Response:
        """`/dropped`: copies and cuts with their reasons."""
        corpus = self.corpus()
        return self._page(
            "dropped",
            {
                "largest_clusters": corpus.largest_clusters,
                "relations": corpus.relations,
                "rules": corpus.rules,
            },
        )

    def rule(self, request: Request) -> Response:
        """`/rule/NAME`: passages that a rule cut."""
        name = request.path_params["name"]
        return self._page("rule", {"name": name, "rows": self.corpus().cuts_of(name)})

    def rejects(self, request: Request) -> Response:
        """`/rejects`: refused documents by reason."""
        step, reason = (request.query_params.get(name, "")[:100] for name in ("step", "reason"))
        page = page_address.page_number(request.query_params.get("page"))
        rows = self.corpus().rejects(step, reason, page)
        return self._page(
            "rejects",
            {
                "reasons": self.corpus().reasons,
                "rows": rows,
                "step": step,
                "reason": reason,
                "page": page,
                "is_full": len(rows) == PAGE,
            },
        )

    def runs(self, request: Request) -> Response:
        """`/runs`: every run, with its report if it has one."""
        known = {path.stem for path in (self.warehouse.root / "reports").glob("*.html")}
        return self._page("runs", {"rows": self.corpus().runs, "reports": known})

    def report(self, request: Request) -> Response:
        """`/runs/ID`: the report of a run."""
        from copydesk.flows.report import page_path

        run_id = request.path_params["run_id"]
        try:
            content = page_path(self.warehouse.root, run_id).read_text(encoding="utf-8")
        except (KeyError, OSError) as error:
            if all(run["run_id"] != run_id for run in self.corpus().runs):
                raise NotFound("There is no run with this id.") from error
            raise NotFound(
                f"This run has no report yet. `copydesk report {run_id}` writes it."
            ) from error
        # Text of documents is escaped in the report, so these tags come from the report itself.
        linked = _ID_IN_REPORT.sub(r'<a href="/article/\1">\g<0></a>', content)
        return HTMLResponse(linked, headers={"Content-Security-Policy": _REPORT_POLICY, **_HEADERS})

    def _page(self, name: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        template = _templates().get_template(f"{name}.html.j2")
        text = template.render(view=name, snapshot=self._corpus and self._corpus.snapshot, **values)
        headers = {"Content-Security-Policy": _POLICY, **_HEADERS}
        return HTMLResponse(text, status_code=status, headers=headers)

    def problem(self, request: Request, error: Exception) -> Response:
        """A page that explains what is wrong with the address."""
        status = 404 if isinstance(error, NotFound) else 400
        return self._page("problem", {"sentence": str(error)}, status=status)


def application(warehouse: Warehouse) -> Starlette:
    """The site of a warehouse as an ASGI application that answers only to loopback host names."""
    site = Site(warehouse)
    pages: list[tuple[str, Callable[[Request], Response]]] = [
        ("/", site.home),
        ("/article/{doc_id}", site.article),
        ("/compare/{one}/{other}", site.compare),
        ("/stories", site.stories),
        ("/story/{story_id}", site.story),
        ("/outlets", site.outlets),
        ("/dropped", site.dropped),
        ("/rule/{name}", site.rule),
        ("/rejects", site.rejects),
        ("/runs", site.runs),
        ("/runs/{run_id}", site.report),
        ("/browse.css", _style),
    ]
    return Starlette(
        routes=[Route(path, page, methods=["GET"]) for path, page in pages],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={NotFound: site.problem, BadAddress: site.problem},
    )


def serve(warehouse: Warehouse, *, port: int, ready: Callable[[int], None]) -> None:
    """Serve the site on 127.0.0.1 until it is stopped.

    Port 0 means any free port. `ready` is called with the port when the server listens and would end
    at Ctrl-C.
    """
    import socket

    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(listener.getsockname()[1])

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            application(warehouse), log_level="warning", access_log=False, server_header=False
        )
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the normal way to stop
            Server(config).run(sockets=[listener])


def _style(request: Request) -> Response:
    return PlainTextResponse(_resource("browse.css"), media_type="text/css", headers=_HEADERS)


@cache
def _templates() -> jinja2.Environment:
    return html_rendering.environment(
        _resource,
        {
            "text": lambda value: safe_html(str(value)),
            "number": lambda n: "" if n is None else f"{n:,.0f}",
            "when": _when,
            "later": _later,
            "web": _web,
        },
    )


def _when(row: Mapping[str, Any]) -> str:
    """The time of publication as precisely as it is known."""
    at, day = row.get("published_at"), row.get("published_date")
    return f"{at:%Y-%m-%d %H:%M}" if at else str(day) if day else "undated"


def _later(span: timedelta) -> str:
    """How much later than the first document of a story, in words.

    >>> _later(timedelta(hours=3, minutes=5)), _later(timedelta(days=2)), _later(timedelta(0))
    ('3 h 5 min later', '2 days later', 'first')
    """
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "first"
    if minutes < 60:
        return f"{minutes} min later"
    if minutes < 2 * 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min later".replace(" 0 min", "")
    return f"{minutes // (24 * 60)} days later"


def _web(value: str | None) -> str | None:
    """The address if it is http or https and so safe to link to; else None."""
    return value if value and value.lower().startswith(("http://", "https://")) else None


def _resource(name: str) -> str:
    folder = resources.files("copydesk.flows.browse")
    return (folder / "templates" / name).read_text(encoding="utf-8")
