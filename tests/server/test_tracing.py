"""Spans: whose they are, what they say, that they arrive, and that nothing is loaded without."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent.testing import answering, calling
from server.observing.tracing import Tracing, open_tracing
from server.running import serve
from server.settings import ServerSettings
from tests.server.conftest import agent_of, data_url, png, serving
from tests.server.test_asking import ONE, QUESTION, services_of
from tools.errors import InputError

MARK = "BANANA"
TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT", "TRACES_ENDPOINT", "PROTOCOL", "TRACES_PROTOCOL"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(kept: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return Tracing(provider)


async def ask(client: Any, *, question: str = QUESTION, **headers: str) -> Any:
    body = {"question": question, "pictures": [data_url(png())]}
    return await client.post("/v1/ask", json=body, headers=headers)


async def test_a_request_its_question_turns_and_calls_are_one_trace(
    settings, kept, tracing
) -> None:
    async with serving(settings, agent_of(*ONE, *ONE)) as client:
        services_of(client).observer.tracing = tracing
        await ask(client, traceparent=f"00-{TRACE}-{ABOVE}-01", **{"x-request-id": "mine"})
        *below, question, request = kept.get_finished_spans()
        kept.clear()
        await ask(client)
        again = kept.get_finished_spans()
    assert request.name == "POST /v1/ask"
    assert request.kind is trace.SpanKind.SERVER
    assert request.parent is not None
    assert format(request.parent.span_id, "016x") == ABOVE
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/v1/ask",
        "http.response.status_code": 200, "vqa.request.id": "mine",
    }  # fmt: skip
    assert question.name == "invoke_agent vqa-agent"
    assert question.parent.span_id == request.context.span_id
    assert question.attributes["vqa.outcome"] == "answered"
    assert question.attributes["vqa.stage.storing_ms"] > 0
    assert [span.name for span in below] == ["chat", "chat", "execute_tool measure_brightness"]
    for span in below:
        assert span.parent.span_id == question.context.span_id
        assert question.start_time <= span.start_time <= span.end_time <= question.end_time
        assert span.status.is_ok
    assert below[0].attributes["gen_ai.request.model"] == "ScriptedPlanner"
    assert below[2].attributes["vqa.cached"] is False
    whole = [*below, question, request]
    assert {format(span.context.trace_id, "032x") for span in whole} == {TRACE}
    assert again[-1].parent is None
    assert again[2].attributes["vqa.cached"] is True


async def test_what_fails_is_an_error_without_its_words(settings, kept, tracing) -> None:
    fog = calling(
        ("find_things", {"picture": "img_1", "thing": "fog"}), (f"{MARK}_tool", {MARK: 1})
    )
    refused = answering(f"{MARK}", abstain="could_not_look")
    async with serving(settings, agent_of(fog, refused, RuntimeError(MARK))) as client:
        services_of(client).observer.tracing = tracing
        await ask(client, question=f"Does it say {MARK}?")
        await ask(client, question=f"And {MARK}?")
        await client.request(MARK, f"/{MARK}?{MARK}", headers={"user-agent": MARK})
    spans = {}
    for span in kept.get_finished_spans():
        spans.setdefault(span.name, []).append(span)
        assert not span.events
        text = span.to_json()
        assert MARK not in text.replace(f"{MARK}_tool", MARK), text
    failed = {name: [not s.status.is_ok and s.status.status_code is trace.StatusCode.ERROR for s in found]
              for name, found in spans.items()}  # fmt: skip
    assert failed == {
        "execute_tool find_things": [True], "execute_tool unknown": [True],
        "chat": [False, False, True], "invoke_agent vqa-agent": [False, True],
        "POST /v1/ask": [False, True], "OTHER": [False],
    }  # fmt: skip
    assert spans["invoke_agent vqa-agent"][0].attributes["vqa.reason"] == "could_not_look"
    assert spans["invoke_agent vqa-agent"][1].attributes["error.type"] == "RuntimeError"


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A collector on this machine: its address, and (path, body) of what came."""
    came: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("by", ["variable", "setting"])
async def test_spans_reach_a_collector_by_the_end(tmp_path, monkeypatch, collector, by) -> None:
    url, came = collector
    fields: dict[str, Any] = {"data_dir": tmp_path, "warm_up": False}
    if by == "variable":
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    else:
        fields["otlp_endpoint"] = f"{url}/"
    async with serving(ServerSettings(**fields), agent_of(*ONE)) as client:
        await ask(client)
    assert {path for path, _ in came} == {"/v1/traces"}
    names, resources = [], []
    for _, body in came:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            resources += [(a.key, a.value.string_value) for a in resource.resource.attributes]
            names += [span.name for scope in resource.scope_spans for span in scope.spans]
    assert sorted(names) == [
        "POST /v1/ask", "chat", "chat", "execute_tool measure_brightness", "invoke_agent vqa-agent"]  # fmt: skip
    assert ("service.name", "vqa-agent") in resources


async def test_a_collector_that_is_down_costs_no_answer(tmp_path) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, otlp_endpoint="http://127.0.0.1:9")
    opened = open_tracing(settings)
    assert opened is not None
    opened.close()


def test_what_cannot_be_is_said(monkeypatch, settings) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert open_tracing(settings) is None
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert open_tracing(settings) is None
    monkeypatch.delenv("OTEL_TRACES_EXPORTER")
    with monkeypatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        with pytest.raises(InputError, match="http/protobuf"):
            open_tracing(settings)
    for module in [name for name in sys.modules if name.startswith("opentelemetry.sdk")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    with pytest.raises(InputError, match=r"vqa-agent\[otel\]"):
        open_tracing(settings)
    with pytest.raises(InputError, match=r"vqa-agent\[otel\]"):
        serve(settings.model_copy(update={"port": 0}), agent_of())


def test_without_it_nothing_is_loaded() -> None:
    code = """
import sys, tempfile
from pathlib import Path
from server.app import create_app
from server.observing.tracing import open_tracing
from server.settings import ServerSettings
settings = ServerSettings(data_dir=Path(tempfile.gettempdir()))
create_app(settings)
assert open_tracing(settings) is None
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
