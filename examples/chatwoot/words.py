"""What the adapter says itself: to customers in their language, to the desk in English."""

from __future__ import annotations

from typing import Any

DESCRIBE = {"en": "Describe the picture.", "zh": "描述一下这张图片。"}
"""Asked about a picture that came without words."""
HANDED_OVER = {
    "en": "I cannot tell for sure. A colleague will look at it.",
    "zh": "这个我不能确定，我的同事会来看一下。",
}
REASONS = {
    "not_found": "looked, and it is not there",
    "unsure": "saw something, and is not sure enough",
    "could_not_look": "could not look",
    "unsupported": "what it wanted to say is not carried by what it saw",
    "out_of_time": "ran out of time",
    "planner_failed": "the planner failed",
}
NO_PICTURE = "Not answered: there is no picture to look at."
UNEXPECTED = "Not answered: something went wrong in the adapter; its log has it."
MOST = 20
"""Pieces of evidence in a note."""


def plain(text: str) -> str:
    """Without Markdown's links and pictures: what a picture says comes from a stranger."""
    return text.replace("![", "! [").replace("](", "] (").replace("<", "‹").replace(">", "›")


def note_of(answer: dict[str, Any], refused: list[str]) -> str:
    """What the desk should know of an answer: whether it stands, on what, and what was left out."""
    lines = [_outcome(answer), *(f"Left out: {reason}" for reason in refused), ""]
    if answer["read_as"]:
        lines.insert(1, f"Read as: {plain(answer['read_as'])}")
    evidence = answer["evidence"]
    lines += [_line(item) for item in evidence[:MOST]]
    if len(evidence) > MOST:
        lines.append(f"- … and {len(evidence) - MOST} more")
    return "\n".join(lines).strip()


def _outcome(answer: dict[str, Any]) -> str:
    if answer["abstained"]:
        why = REASONS.get(answer["reason"] or "", "cannot tell")
        return f"Not answered: {why}. It said: {plain(answer['answer'])}"
    kind = "Answered by an estimate" if answer["estimated"] else "Answered"
    return f"{kind}, confidence {answer['confidence']:.2f}."


def _line(item: dict[str, Any]) -> str:
    """One piece of evidence: `- e1 read_text, img_1 (117, 561 – 630, 613): total = 39.10 …`."""
    box = item["box_xyxy"]
    where = f" ({box[0]:.0f}, {box[1]:.0f} – {box[2]:.0f}, {box[3]:.0f})" if box else ""
    seen = " = ".join(str(part) for part in (item["label"], item["value"]) if part is not None)
    said = f" “{item['text']}”" if item["text"] else ""
    state = "" if item["status"] == "found" else f" [{item['status']}]"
    return plain(
        f"- {item['id']} {item['tool']}, {item['picture']}{where}: {seen}{said}{state}, "
        f"score {item['score']:.2f}"
    )
