"""Answers a question about a picture or a region with a model that fuses both.

It answers as people would who had to say something, each answer with how likely it is right. What
it reports are estimates: nothing was found, counted or read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import BadArgumentError, ToolError
from tools.evidence import Finding, Region, ToolReport
from tools.explain.subjects import of_answer
from tools.match_text import WHEN, fusion_weights
from tools.networks.encoders import Answerer, Guess
from tools.pictures.store import Picture
from tools.weights.find import Missing

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

ANSWERS = 3
"""So many are reported: the likeliest, and what else it may be."""


def answer_by_fusion_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the folder that the configuration finds, or what is missing."""
    folder = fusion_weights(config, "answer_by_fusion")
    if isinstance(folder, Missing):
        return folder
    from tools.networks.fused_answers import open_answerer
    from tools.networks.siglip_space import is_siglip

    try:
        if config.fusion is not None and is_siglip(folder):  # compares, and answers nothing
            return answer_by_fusion_tool(config.model_copy(update={"fusion": None}))
        answerer = open_answerer(folder, config.device, config.runtime)
    except (OSError, ValueError) as error:
        return Missing("answer_by_fusion", str(error), f"mend the files in {folder}")
    return make_tool(answerer, config.estimate_threshold)


def make_tool(answerer: Answerer, threshold: float | None = None) -> VisionTool:
    """The vision tool of a model; from the threshold on (the model's bar, if None) it answers."""
    bar = answerer.bar if threshold is None else threshold

    def answer_by_fusion(
        picture: Picture, question: str, region: Region | None = None
    ) -> ToolReport:
        """Estimate the answer to one question."""
        (report,) = several([{"picture": picture, "question": question, "region": region}])
        if isinstance(report, Exception):
            raise report
        return report

    def several(calls: list[dict[str, Any]]) -> list[ToolReport | Exception]:
        crops = [call["picture"].crop(call["region"]) for call in calls]
        guessed = answerer.answers(crops, [call["question"] for call in calls], ANSWERS)
        return [_report(guesses, bar, **call) for guesses, call in zip(guessed, calls, strict=True)]

    tool = vision_tool(answer_by_fusion, version=f"1:{answerer.version}:{bar}")
    about = {
        "side_by_side": True,
        "description": f"{tool.description} {WHEN}",
        "explains": lambda evidence, arguments: of_answer(
            answerer, str(arguments.get("question", evidence.label)), str(evidence.value)
        ),
    }
    return BatchedTool(**(vars(tool) | about), run_batch=several)


def _report(
    guesses: Sequence[Guess], bar: float, picture: Picture, question: str, region: Region | None
) -> ToolReport | Exception:
    """The answers, labelled with the question; the first is found from the bar on."""
    asked = " ".join(question.split())
    if not asked:
        return BadArgumentError("ask a question")
    if not guesses:
        return ToolError("this question has no answer that I know; ask it in other words")
    findings = [
        Finding(
            picture=picture.ref,
            box_xyxy=region and region.box_xyxy,
            label=asked,
            value=int(guess.answer) if guess.answer.isdecimal() else guess.answer,
            value_type="number" if guess.answer.isdecimal() else "text",
            score=guess.probability,
            status="found" if not rank and guess.probability >= bar else "unsure",
            kind="estimate",
        )
        for rank, guess in enumerate(guesses[:ANSWERS])
    ]
    return ToolReport(summary=f"answer_by_fusion {picture.ref.id}", findings=tuple(findings))
