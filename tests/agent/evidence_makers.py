"""Small ledgers for the tests of references and grounding."""

from __future__ import annotations

from typing import Any

from agent.grounding.ledger import Ledger
from tools.evidence import Finding, PictureRef, ToolReport


def picture_ref(number: int = 1) -> PictureRef:
    return PictureRef(id=f"img_{number}", sha256=f"{number:064x}", width=640, height=480)


def finding(picture: int = 1, **fields: Any) -> Finding:
    return Finding(**({"picture": picture_ref(picture), "score": 0.9} | fields))


def seen(label: str, count: int, picture: int = 1, score: float = 0.9) -> list[Finding]:
    """What detection reports of one label: `count` boxes, or one `none`."""
    if count == 0:
        return [finding(picture, label=label, group=label, value=0, status="none", score=score)]
    return [
        finding(
            picture, label=label, group=label, score=score, box_xyxy=(10.0 * i, 0, 10.0 * i + 9, 9)
        )
        for i in range(count)
    ]


def seen_group(group: str, *members: str) -> list[Finding]:
    """What detection reports of a group: a box for each member that was found."""
    return [
        found.model_copy(update={"label": group, "group": group, "value": m, "value_type": "label"})
        for m, found in zip(members, seen(group, len(members)), strict=True)
    ]


def ledger_of(*calls: list[Finding], tool: str = "detect_objects") -> Ledger:
    """A ledger with one call per argument."""
    ledger = Ledger()
    for number, findings in enumerate(calls, 1):
        ledger.add(ToolReport(findings=tuple(findings)), tool=tool, call_id=f"call_{number}")
    return ledger
