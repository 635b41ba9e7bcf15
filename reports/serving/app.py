"""The web application: pages for people, JSON for programs; it reads and never writes."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import FastAPI, HTTPException, Query, Response
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as AnyHttpError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from etl.errors import AssayError
from etl.storage import Location
from reports.html import assets, render
from reports.layout import FRONT
from reports.serving import documents
from reports.serving.asking import FIELDS, check_fields, question_of
from reports.serving.edition import EXPLORE, Edition, Request
from reports.serving.guard import guarding
from reports.serving.shelf import Shelf
from reports.snapshot import Snapshot
from reports.status.prometheus import KIND, exposition
from reports.status.status import read_status

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
KINDS = {"js": "text/javascript", "css": "text/css"}
LOCAL = ["127.0.0.1", "localhost", "[::1]", "testserver"]
Text = Annotated[str, Query(max_length=200)]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def make_app(
    warehouse: Location,
    publish: Callable[[Snapshot], Edition] = Edition,
    *,
    token: str | None = None,
    hosts: list[str] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The application over ``warehouse``; ``publish`` makes the edition of a snapshot.

    Args:
        warehouse: A folder that was filled; raises ``InputError`` where it was not.
        publish: How an edition is made.
        token: What a reader must know, where there is one.
        hosts: Names under which it may be asked; this machine's own where none are given, so that a page of another
            site cannot reach it through a name of its own.
        clock: Tells the time, against which data are late.
    """
    shelf = Shelf(warehouse, publish)
    app = FastAPI(title="Assay", docs_url=None, redoc_url=None, lifespan=_watching(shelf))
    app.middleware("http")(guarding(token))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts or LOCAL)
    app.add_exception_handler(AssayError, _refused)
    app.add_exception_handler(AnyHttpError, _missing)
    _add_pages(app, shelf)
    _add_documents(app, shelf)
    _add_status(app, shelf, clock)
    return app


def _watching(shelf: Shelf) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watcher = threading.Thread(target=shelf.watch, name="shelf", daemon=True)
        watcher.start()
        yield
        shelf.stop()

    return lifespan


def _add_pages(app: FastAPI, shelf: Shelf) -> None:
    known = {asset.name: asset for asset in assets()}

    @app.get("/", include_in_schema=False)
    def front() -> Response:
        return RedirectResponse(FRONT)

    @app.get("/assets/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name not in known:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
        return Response(known[name].text, headers=FOR_EVER, media_type=KINDS[known[name].kind])

    @app.get(f"/{EXPLORE}", include_in_schema=False)
    async def explore(request: HttpRequest) -> Response:
        edition = shelf.current
        check_fields(request.query_params, [*FIELDS, *edition.values, "driver"])
        question = question_of(request.query_params, edition.question, edition.values)
        asked = Request(EXPLORE, question, request.query_params.get("driver", ""))
        return await _answered(request, edition, asked, "text/html")

    @app.get("/{name}.html", include_in_schema=False)
    async def page(request: HttpRequest, name: str) -> Response:
        edition = shelf.current
        check_fields(request.query_params, FIELDS)
        asked = Request(name, question_of(request.query_params, edition.question, {}))
        try:
            return await _answered(request, edition, asked, "text/html")
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such page.") from None


def _add_documents(app: FastAPI, shelf: Shelf) -> None:
    async def answered(request: HttpRequest, name: str) -> Response:
        edition = shelf.current
        check_fields(request.query_params, [*FIELDS, *edition.values])
        question = question_of(request.query_params, edition.question, edition.values)
        return await _answered(request, edition, Request(name, question), "application/json")

    narrowed = _narrowing(shelf.current)

    @app.get("/api/explain", openapi_extra=narrowed, summary="Why a measure moved, of any part of the business")
    async def explain(request: HttpRequest) -> Response:
        return await answered(request, "api/explain")

    @app.get("/api/segments", openapi_extra=narrowed, summary="What each value of each dimension added to the change")
    async def segments(request: HttpRequest) -> Response:
        return await answered(request, "api/segments")

    @app.get("/api/forecast", summary="The newest forecast of one series")
    def forecast(request: HttpRequest, measure: Text = "net_revenue", series: Text = "total") -> JSONResponse:
        check_fields(request.query_params, ["measure", "series"])
        edition = shelf.current
        document = documents.forecast_document(edition.snapshot, measure, series)
        if not document["days"]:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no forecast of this measure and series.")
        return _stamped(edition, document)

    @app.get("/api/claims", summary="Every published claim, tested")
    def claims(request: HttpRequest) -> JSONResponse:
        check_fields(request.query_params, [])
        edition = shelf.current
        return _stamped(edition, documents.claims_document(edition.snapshot))


def _add_status(app: FastAPI, shelf: Shelf, clock: Callable[[], datetime]) -> None:
    @app.get("/api/status", summary="What is served, how fresh it is, what runs and what fails")
    def status(request: HttpRequest) -> JSONResponse:
        check_fields(request.query_params, [])
        edition = shelf.current
        return _stamped(edition, documents.status_document(edition.snapshot, edition.source, clock()))

    @app.get("/metrics", include_in_schema=False)  # of monitors, not of the API
    def metrics(request: HttpRequest) -> Response:
        check_fields(request.query_params, [])
        found = read_status(shelf.current.snapshot.warehouse, clock())
        return Response(exposition(found), media_type=KIND)


def _narrowing(edition: Edition) -> dict[str, Any]:
    """The fields of a question, for the API's description; those of dimensions are the source's own."""
    text = {"in": "query", "schema": {"type": "string"}}
    meanings = {
        "measure": "net_revenue, net_amount_inr, orders or units",
        "period": "2025-09, 2025-Q3, 2025, a day, or FIRST:LAST",
        "baseline": "what the period is compared with",
    }
    fields = {**meanings, **{name: f"only this {name}" for name in edition.values}}
    return {"parameters": [{"name": name, "description": meaning, **text} for name, meaning in fields.items()]}


async def _answered(request: HttpRequest, edition: Edition, asked: Request, media_type: str) -> Response:
    """What was asked, or only that it did not change since the reader fetched it.

    What was made before is answered at once, whatever else is being made in the threads.
    """
    body = edition.ready(asked)
    if body is None:
        body = await to_thread.run_sync(edition.answer, asked)
    headers = {"ETag": f'"{edition.tag}"', "Cache-Control": "no-cache", "X-Assay-Edition": edition.tag}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _stamped(edition: Edition, document: documents.Document) -> JSONResponse:
    return JSONResponse(document, headers={"X-Assay-Edition": edition.tag})


async def _refused(request: HttpRequest, error: Exception) -> Response:
    return _told(request, HTTPStatus.BAD_REQUEST, str(error))


async def _missing(request: HttpRequest, error: Exception) -> Response:
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.NOT_FOUND))
    return _told(request, status, str(getattr(error, "detail", error)))


def _told(request: HttpRequest, status: HTTPStatus, sentence: str) -> Response:
    """A sentence that says what is wrong: as JSON to programs, as a page to people."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": sentence}, status)
    text = render("error.html.j2", title=status.phrase, sentence=sentence)
    return Response(text, status, media_type="text/html")
