"""Spans for OpenTelemetry, where it is configured; else nothing of it is imported.

    request (HTTP server) -> question (invoke_agent) -> turns of the planner (chat), calls of tools
                                                        (execute_tool)

Names and attributes are those of OpenTelemetry's semantic conventions for HTTP and for generative
AI, without all that could hold content: paths, queries, addresses, messages, arguments, results.
The provider is the app's own, not the global one: libraries that write spans of their own to that
(FastAPI, MCP) put paths and messages of exceptions into them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from server.observing.questions import Call, Turn, Watch
from server.settings import ServerSettings
from server.version import installed_version
from tools.errors import InputError
from tools.execution.origins import origins

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from starlette.types import Scope

NAME = "vqa-agent"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"


class Requested(Protocol):
    """A request, when its response has ended."""

    scope: Scope
    status: int

    @property
    def method(self) -> str:
        """One of those that there are."""

    @property
    def route(self) -> str:
        """The route's pattern."""


class Tracing:
    """Writes spans.

    Args:
        provider: where to; `close` shuts it down.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(NAME, installed_version())

    @contextmanager
    def request(self, request: Requested) -> Iterator[None]:
        """A span around a request, below the caller's (`traceparent`)."""
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
        from starlette.datastructures import Headers

        above = TraceContextTextMapPropagator().extract(Headers(scope=request.scope))
        with self._tracer.start_as_current_span(
            request.method,
            above,
            trace.SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                span.update_name(f"{request.method} {request.route}".strip())
                span.set_attribute("http.request.method", request.method)
                span.set_attribute("http.response.status_code", request.status)
                span.set_attribute("vqa.request.id", origins.get()[0])
                if request.route:
                    span.set_attribute("http.route", request.route)
                if request.status >= 500:
                    span.set_attribute("error.type", str(request.status))
                    span.set_status(trace.StatusCode.ERROR)

    def question(self, watch: Watch) -> None:
        """The spans of a question that is over, below the span of its request."""
        from opentelemetry import trace

        span = self._tracer.start_span(f"invoke_agent {NAME}", start_time=watch.began_ns)
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": NAME,
            "vqa.outcome": watch.outcome,
            "vqa.repairs": watch.repairs,
        }
        for key in ("input_tokens", "output_tokens"):
            if watch.usage.get(key):
                attributes[f"gen_ai.usage.{key}"] = watch.usage[key]
        if watch.reason is not None:
            attributes["vqa.reason"] = watch.reason
        for stage, elapsed_ms in watch.stages_ms.items():
            attributes[f"vqa.stage.{stage}_ms"] = round(elapsed_ms, 1)
        span.set_attributes(attributes)
        if watch.error is not None:
            span.set_attribute("error.type", type(watch.error).__name__)
            span.set_status(trace.StatusCode.ERROR)
        below = trace.set_span_in_context(span)
        for turn in watch.turns:
            self._turn(turn, watch.model, below)
        for call in watch.calls:
            self._call(call, below)
        span.end()

    def close(self) -> None:
        """Send what is left; blocks."""
        self._provider.shutdown()

    def _turn(self, turn: Turn, model: str | None, below: Context) -> None:
        planned = turn.planned
        attributes: dict[str, Any] = {"gen_ai.operation.name": "chat"}
        for key in ("input_tokens", "output_tokens"):
            if tokens := getattr(planned, key):
                attributes[f"gen_ai.usage.{key}"] = tokens
        if model is not None:
            attributes["gen_ai.request.model"] = model
        failed = planned.status == "error"
        self._ended("chat", below, attributes, turn.ended_ns, planned.elapsed_ms, failed=failed)

    def _call(self, call: Call, below: Context) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.tool,
            "vqa.cached": call.status == "cached",
        }
        failed = call.status == "error"
        name = f"execute_tool {call.tool}"
        self._ended(name, below, attributes, call.ended_ns, call.elapsed_ms, failed=failed)

    def _ended(
        self,
        name: str,
        below: Context,
        attributes: dict[str, Any],
        ended_ns: int,
        elapsed_ms: float,
        *,
        failed: bool,
    ) -> None:
        from opentelemetry import trace

        began_ns = ended_ns - int(elapsed_ms * 1e6)
        kind = trace.SpanKind.CLIENT if name == "chat" else trace.SpanKind.INTERNAL
        span = self._tracer.start_span(name, below, kind, attributes, start_time=began_ns)
        if failed:
            span.set_attribute("error.type", "_OTHER")
            span.set_status(trace.StatusCode.ERROR)
        span.end(ended_ns)


def is_wanted(settings: ServerSettings) -> bool:
    """Whether the settings or OpenTelemetry's variables say where spans go.

    Raises:
        InputError: they do, and it is not installed, or another protocol is wanted.
    """
    configured = settings.otlp_endpoint or _first(*ENDPOINTS)
    off = _first("OTEL_SDK_DISABLED") == "true" or _first("OTEL_TRACES_EXPORTER") == "none"
    if not configured or off:
        return False
    if (protocol := _first(*PROTOCOLS) or SPOKEN) != SPOKEN:
        raise InputError(f"OpenTelemetry's protocol is {protocol}; the service speaks {SPOKEN}")
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError:
        raise InputError(
            "OpenTelemetry is configured and not installed: pip install 'vqa-agent[otel]'"
        ) from None
    return True


def open_tracing(settings: ServerSettings) -> Tracing | None:
    """Spans to where the settings or OpenTelemetry's variables say; None where nothing does.

    Raises:
        InputError: as `is_wanted`.
    """
    if not is_wanted(settings):
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    own = {"service.version": installed_version()}
    if not os.environ.get("OTEL_SERVICE_NAME"):
        own["service.name"] = NAME
    provider = TracerProvider(resource=Resource.create(own), shutdown_on_exit=False)
    endpoint = settings.otlp_endpoint
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider)


def _first(*variables: str) -> str:
    """The first of them that is set, in lower case."""
    return next((value for name in variables if (value := os.environ.get(name, ""))), "").lower()
