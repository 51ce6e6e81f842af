"""What a plan that uses several tools has looked at, and what it may look at next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.planners.builtin.plans.kinds import Call, Report, Schema, Turn
from tools.evidence import Evidence


@dataclass(frozen=True)
class Looks:
    """The looks at one picture: `offered` are the tools' parameters by name."""

    picture: str
    offered: dict[str, Schema]
    reports: Sequence[Report] = field(default=())

    def turn(self, wanted: Iterable[Call]) -> Turn | None:
        """The turn that takes these looks; None where all were taken, or none can be.

        Looks name no picture; of their arguments those stay that their tool has.
        """
        calls = tuple(self._call(name, more) for name, more in wanted if name in self.offered)
        made = [(report.name, report.arguments) for report in self.reports]
        return Turn(calls) if any(call not in made for call in calls) else None

    def seen(self, tool: str, **arguments: Any) -> list[Evidence]:
        """What came of the calls of a tool with these arguments; nothing of those that failed."""
        return [
            e
            for report in self.reports
            if report.name == tool
            and all(report.arguments.get(name) == value for name, value in arguments.items())
            for e in report.evidence or ()
        ]

    def found(self, tool: str, **arguments: Any) -> list[Evidence]:
        """What of it was found."""
        return [e for e in self.seen(tool, **arguments) if e.status == "found"]

    def choices(self, tool: str, argument: str) -> tuple[str, ...]:
        """The words that a tool takes for an argument which is a list of them; empty for any."""
        rule = self.offered.get(tool, {}).get("properties", {}).get(argument, {})
        return tuple(rule.get("items", {}).get("enum", ()))

    def _call(self, name: str, arguments: dict[str, Any]) -> Call:
        known = self.offered[name].get("properties", {})
        given = {"picture": self.picture} | arguments
        return name, {key: value for key, value in given.items() if key in known}
