"""What `/metrics` tells, for Prometheus; docs/operations.md lists it.

Labels have few values: routes as patterns, tools that there are, words of the program. None names
who asked, or what.
"""

from __future__ import annotations

import platform
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from agent.answer import Reason
from server.observing.questions import Queue, Watch
from server.version import installed_version
from tools.execution.observing import CallStatus

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Upper bounds of the buckets of all durations."""
SIZES = (1, 2, 4, 8, 16, 32)


class Metrics:
    """The counters of one app, in a registry of its own.

    Args:
        queue: how many wait and run, read when it is asked for.
    """

    def __init__(self, queue: Queue) -> None:
        self.registry = CollectorRegistry()
        self._of_requests()
        self._of_questions(queue)
        self._of_tools()
        self._of_the_process()

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self.registry)

    def question(self, watch: Watch) -> None:
        """A question is over."""
        self._questions.labels(watch.outcome).observe(watch.elapsed_s)
        for stage, elapsed_ms in watch.stages_ms.items():
            self._stages.labels(stage).observe(elapsed_ms / 1000)
        for turn in watch.turns:
            planned = turn.planned
            self._turns.labels(planned.status).observe(planned.elapsed_ms / 1000)
            self._tokens.labels("input").inc(planned.input_tokens)
            self._tokens.labels("output").inc(planned.output_tokens)
        if watch.reason is not None:
            self._abstentions.labels(watch.reason).inc()
        self._repairs.inc(watch.repairs)

    def request(self, method: str, route: str, status: int, elapsed_s: float) -> None:
        """A response has ended."""
        self._requests.labels(method, route, str(status)).observe(elapsed_s)

    def called(self, tool: str, status: CallStatus, elapsed_s: float) -> None:
        """As `RunObserver.called`."""
        self._calls.labels(tool, status).observe(elapsed_s)

    def ran(self, tool: str, calls: int, elapsed_s: float) -> None:
        """As `RunObserver.ran`."""
        self._batches.labels(tool).observe(calls)
        self._runs.labels(tool).observe(elapsed_s)

    def picture(self, media_type: str, size: int) -> None:
        """A picture of so many bytes came in."""
        self._pictures.labels(media_type).inc()
        self._bytes.labels(media_type).inc(size)

    def _of_requests(self) -> None:
        self._requests = self._seconds(
            "vqa_http_request", "HTTP requests, until the response has ended.",
            "method", "route", "status",
        )  # fmt: skip
        self.streams = Gauge(
            "vqa_http_streams_open", "Responses that stream events.", registry=self.registry
        )
        self._pictures = self._counter("vqa_pictures", "Pictures that came in.", "media_type")
        self._bytes = self._counter("vqa_picture_bytes", "Their bytes.", "media_type")

    def _of_questions(self, queue: Queue) -> None:
        self._questions = self._seconds("vqa_question", "Questions, with their waiting.", "outcome")
        self._stages = self._seconds("vqa_question_stage", "Stages of a question.", "stage")
        self._turns = self._seconds("vqa_planner_turn", "Turns of the planner.", "status")
        self._tokens = self._counter(
            "vqa_planner_tokens", "Tokens, where the planner counts them.", "direction"
        )
        self._abstentions = self._counter("vqa_abstentions", "Why nothing was answered.", "reason")
        for reason in get_args(Reason):  # so that a first one counts as a rise
            self._abstentions.labels(reason)
        self._repairs = self._counter("vqa_repairs", "Answers that the check sent back.")
        waiting = Gauge("vqa_questions_waiting", "Wait for a place.", registry=self.registry)
        waiting.set_function(lambda: queue.waiting)
        running = Gauge("vqa_questions_running", "Have one.", registry=self.registry)
        running.set_function(lambda: queue.running)

    def _of_tools(self) -> None:
        self._calls = self._seconds(
            "vqa_tool_call", "Calls of tools, with their waiting.", "tool", "status"
        )
        self._runs = self._seconds("vqa_tool_run", "Runs of tools, each of a batch.", "tool")
        self._batches = Histogram(
            "vqa_tool_batch_size", "Calls that ran together.", ["tool"],
            buckets=SIZES, registry=self.registry,
        )  # fmt: skip

    def _of_the_process(self) -> None:
        ProcessCollector(registry=self.registry)
        info = Info("vqa_build", "What runs.", registry=self.registry)
        info.info({"version": installed_version(), "python": platform.python_version()})

    def _seconds(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(
            f"{name}_duration_seconds", meaning, labels, buckets=SECONDS, registry=self.registry
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)
