"""Every error that a caller sees, in OpenAI's form: `{"error": {message, type, param, code}}`.

What the caller can mend says how; what it cannot says nothing of the inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from agent.errors import PlannerError, PlannerOutputError, PlannerTimeoutError
from server.logs import log
from tools.errors import InputError, OverloadedError, PictureError

AGAIN_S = 5
"""Seconds after which it is worth asking an overloaded tool again."""


class Problem(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """The body of every error."""

    error: Problem


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorBody, "description": "An error."}
}
"""What the OpenAPI document says of errors."""


class ApiError(HTTPException):
    """An error of a request.

    Args:
        message: for the caller; says what to do.
        param: the field that it is about.
        code: one word, for programs.
    """

    status = 400
    kind = "invalid_request_error"

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.status, message, dict(headers or {}))
        self.message, self.param, self.code = message, param, code

    def body(self) -> dict[str, Any]:
        """OpenAI's JSON."""
        return error_body(self.message, self.kind, self.param, self.code)


class BadRequestError(ApiError):
    """Something in the request cannot be used."""


class UnauthorizedError(ApiError):
    """No key, or one that is not valid."""

    status = 401
    kind = "authentication_error"


class ForbiddenError(ApiError):
    """Whoever asks so may not."""

    status = 403


class NotFoundError(ApiError):
    """There is none of that id, or it is somebody else's: the two look the same."""

    status = 404


class ConflictError(ApiError):
    """Somebody else was faster: ask again."""

    status = 409


class GoneError(ApiError):
    """It was here, and its time is over."""

    status = 410


class DeletedError(GoneError):
    """It was deleted while a question about it was being answered; nothing is kept of that."""

    def __init__(self) -> None:
        super().__init__("what this was about has been deleted meanwhile", code="deleted")


class TooLargeError(ApiError):
    """More bytes than a request may have."""

    status = 413


class MisdirectedError(ApiError):
    """The request names a host that this service is not."""

    status = 421


class RateLimitError(ApiError):
    """More requests than the key may make; `Retry-After` says when to come again."""

    status = 429
    kind = "rate_limit_error"


class BusyError(ApiError):
    """Everything is taken; `Retry-After` says when to come again."""

    status = 503
    kind = "server_error"


class UnavailableError(ApiError):
    """Something of the service does not work now; its log says why."""

    status = 503
    kind = "server_error"


class DeadlineError(ApiError):
    """It was not answered in time."""

    status = 504
    kind = "server_error"


class UnexpectedError(ApiError):
    """What nobody expected; the log says where it came from."""

    status = 500
    kind = "server_error"

    def __init__(self) -> None:
        super().__init__("something went wrong here")


class PlannerFailedError(ApiError):
    """The planner cannot be had; what it said is in the log."""

    status = 502
    kind = "server_error"


KINDS = {401: UnauthorizedError.kind, 429: RateLimitError.kind}


def error_body(
    message: str, kind: str, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """The JSON of an error."""
    problem = Problem(message=message, type=kind, param=param, code=code)
    return ErrorBody(error=problem).model_dump()


def as_api_error(error: Exception) -> ApiError | None:
    """An error of the library as one of the service's; None for what nobody expected.

    Also for streams, whose errors come when the response has begun.
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, InputError):
        code = "invalid_image" if isinstance(error, PictureError) else None
        return BadRequestError(str(error), code=code)
    if isinstance(error, OverloadedError):
        words = "too many looks wait for a tool; ask again in a few seconds"
        return BusyError(words, code="busy", headers={"Retry-After": str(AGAIN_S)})
    return _planner_error(error) if isinstance(error, PlannerError) else None


def _planner_error(error: PlannerError) -> ApiError:
    """Without the planner's own words: they may name its address."""
    if isinstance(error, PlannerTimeoutError):
        return DeadlineError("the planner did not answer in time", code="planner_timeout")
    if isinstance(error, PlannerOutputError):
        return PlannerFailedError("the planner's answer cannot be used", code="planner_output")
    return PlannerFailedError("the planner cannot be reached", code="planner_unavailable")


def install(app: FastAPI) -> None:
    """Let the app answer every error in this form."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for family in (InputError, OverloadedError, PlannerError):
        app.add_exception_handler(family, _library)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = _param(first["loc"])
    if first["type"] == "extra_forbidden":
        return JSONResponse(unknown_parameter(place).body(), 400)
    message = f"{place}: {first['msg']}" if place else str(first["msg"])
    return JSONResponse(error_body(message, ApiError.kind, place or None, "invalid_value"), 400)


def unknown_parameter(name: str) -> BadRequestError:
    """In OpenAI's words."""
    return BadRequestError(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _param(loc: Sequence[int | str]) -> str:
    """Where in the request: `messages[0].content`."""
    text = ""
    for part in loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, ApiError):
        body = error.body()
    else:
        fallback = "server_error" if error.status_code >= 500 else ApiError.kind
        body = error_body(str(error.detail), KINDS.get(error.status_code, fallback))
    return JSONResponse(body, error.status_code, error.headers)


async def _library(request: Request, error: Exception) -> JSONResponse:
    known = as_api_error(error)
    assert known is not None
    if known.status >= 500:
        log.error("planner failed", extra={"fields": {"error": type(error).__name__}})
    return await _http(request, known)
