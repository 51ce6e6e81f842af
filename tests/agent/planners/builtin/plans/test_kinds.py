"""Questions about kinds through the built-in planner, whose weights are never asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from agent import Answer, Settings, VisualAgent
from agent.loop.tool_schemas import openai_schema
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.builtin.plans.kind_questions import kind_question
from agent.planners.builtin.plans.kinds import without_kinds
from tools import Finding, Picture, Region, ToolError, ToolReport, vision_tool
from tools.base import VisionTool
from tools.toolset import ToolConfig

PHRASES = Path(__file__).parents[5] / "training" / "planner" / "phrases"
GREY = np.full((100, 100, 3), 120, np.uint8)
Seen = list[tuple[str, str, float]]
"""Label, status, score."""
WHOLE = (0.0, 0.0, 80.0, 80.0)


def detector(boxes: dict[str, tuple[float, ...] | None]) -> VisionTool:
    """Finds these; labels with None are looked for and not there."""

    @vision_tool
    def detect_objects(
        picture: Picture,
        labels: list[Literal["dog", "cat", "bird", "car", "apple", "giraffe"]],
        region: Region | None = None,
    ) -> ToolReport:
        """Find things."""
        findings = []
        for label in labels:
            box = boxes.get(label)
            common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
            if box:
                findings.append(Finding(**common, box_xyxy=box, score=0.8))
            else:
                findings.append(Finding(**common, value=0, status="none", score=0.7))
        return ToolReport(summary="detect_objects", findings=tuple(findings))

    return detect_objects


def classifier(open_answer: Seen, judged: dict[str, tuple[str, float]] | None = None) -> VisionTool:
    """Says what it is, and yes, no or unsure to named kinds; all others are unknown to it."""

    @vision_tool
    def classify_image(
        picture: Picture,
        region: Region | None = None,
        top_k: int = 5,
        kinds: list[str] | None = None,
    ) -> ToolReport:
        """Name it."""
        if kinds and (unknown := [name for name in kinds if name not in (judged or {})]):
            raise ToolError(f"none of my kinds: {unknown}")
        rows = [(k, *(judged or {})[k]) for k in kinds] if kinds else open_answer
        box = region and region.box_xyxy
        findings = tuple(
            Finding(picture=picture.ref, box_xyxy=box, label=label, status=status, score=score,
                    value=0 if status == "none" else None)
            for label, status, score in rows
        )  # fmt: skip
        return ToolReport(summary="classify_image", findings=findings)

    return classify_image


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Any]:
    made: list[VisualAgent] = []

    def asked(question: str, *tools: VisionTool) -> Answer:
        planner = BuiltinChatModel(path=tmp_path / "no weights")
        agent = VisualAgent(Settings(tools=ToolConfig(offer=[])), planner, list(tools))
        made.append(agent)
        return agent.ask(GREY, question)

    yield asked
    for agent in made:
        agent.close()


DOG = detector({"dog": WHOLE})
NOTHING = detector({})
LABRADOR: Seen = [("Labrador retriever", "found", 0.9), ("golden retriever", "unsure", 0.05)]
PERHAPS: Seen = [("dog", "found", 0.9), ("Labrador retriever", "unsure", 0.4)]
LEMON: Seen = [("Lemon", "found", 0.95)]


@pytest.mark.parametrize(
    ("question", "tools", "text", "short"),
    [
        ("What animal is this?", [DOG, classifier(LABRADOR)],
         "This is a Labrador retriever.", "Labrador retriever"),
        ("What breed is the dog?", [DOG, classifier(LABRADOR)],
         "The dog is a Labrador retriever.", "Labrador retriever"),
        ("What breed is the dog?", [DOG, classifier(PERHAPS)],
         "This is a dog, perhaps a Labrador retriever.", "dog"),
        ("What animal is this?", [NOTHING, classifier(PERHAPS)],
         "This is a dog, perhaps a Labrador retriever.", "dog"),
        ("What animal is this?", [classifier(PERHAPS)],
         "This is a dog, perhaps a Labrador retriever.", "dog"),
        ("What animal is this?", [DOG, classifier([("animal", "found", 0.7)])],
         "This is a dog.", "dog"),
        ("What animal is this?",
         [detector({"cat": WHOLE}), classifier([("mammal", "found", 0.9), ("dog", "unsure", 0.1)])],
         "This is a cat.", "cat"),
        ("What animal is this?",
         [detector({"cat": WHOLE}),
          classifier([("mammal", "found", 0.9), ("Siamese cat", "unsure", 0.3)])],
         "This is a cat, perhaps a Siamese cat.", "cat"),
        ("What animal is this?",
         [detector({"giraffe": WHOLE}), classifier([("big cat", "found", 0.6)])],
         "This is a giraffe.", "giraffe"),
        ("What fruit is this?", [NOTHING, classifier(LEMON)], "This is a Lemon.", "Lemon"),
        ("Is it a cat or a dog?",
         [DOG, classifier(LABRADOR, {"cat": ("none", 0.95), "dog": ("found", 0.97)})],
         "This is a dog.", "dog"),
        ("Is it a cat or a dog?",
         [DOG, classifier([], {"cat": ("unsure", 0.2), "dog": ("unsure", 0.4)})],
         "This is a dog.", "dog"),
        ("Is it a cat or a dog?",
         [detector({"dog": WHOLE, "cat": (10.0, 0.0, 80.0, 80.0)}),
          classifier([], {"cat": ("unsure", 0.4), "dog": ("unsure", 0.4)})],
         "I see 1 dog and 1 cat.", "1 dog and 1 cat"),
        ("Is it a cat or a dog?",
         [NOTHING, classifier([("bird", "found", 0.9)],
                              {"cat": ("none", 0.95), "dog": ("none", 0.97)})],
         "No, this is not a cat and not a dog. This is a bird.", "bird"),
        ("Is this a kiwi?", [classifier([("Kiwi", "found", 0.9)], {"kiwi": ("found", 0.9)})],
         "Yes, this is a kiwi.", "yes"),
        ("Is this a kiwi?", [NOTHING, classifier(LEMON, {"kiwi": ("none", 0.99)})],
         "No, this is not a kiwi. This is a Lemon.", "no"),
        ("Is the dog a Labrador?",
         [DOG, classifier(LABRADOR, {"Labrador retriever": ("found", 0.9)})],
         "Yes, the dog is a Labrador retriever.", "yes"),
        ("Is this an animal?", [DOG, classifier([], {"animal": ("unsure", 0.4)})],
         "Yes, this is a dog.", "yes"),
        ("What product is this?", [classifier(LEMON)], "This is a Lemon.", "Lemon"),
        ("What product is this?", [classifier([("My-Own-Juice", "found", 0.9)])],
         "This is a My-Own-Juice.", "My-Own-Juice"),
        ("这是什么动物?", [DOG, classifier(PERHAPS)], "这是狗，也许是拉布拉多寻回犬。", "狗"),
        ("这只狗是什么品种?", [DOG, classifier(LABRADOR)], "这只狗是拉布拉多寻回犬。", "拉布拉多寻回犬"),
        ("这是猫还是狗？",
         [DOG, classifier(LABRADOR, {"cat": ("none", 0.95), "dog": ("found", 0.97)})],
         "这是狗。", "狗"),
        ("这是猕猴桃吗？", [classifier(LEMON, {"kiwi": ("none", 0.99)})],
         "不是，这不是猕猴桃。这是柠檬。", "不是"),
        ("这是猕猴桃吗？", [classifier(LEMON, {"kiwi": ("found", 0.9)})], "是的，这是猕猴桃。", "是"),
    ],
)  # fmt: skip
def test_answers(ask: Any, question: str, tools: list[VisionTool], text: str, short: str) -> None:
    answer = ask(question, *tools)
    assert (str(answer), answer.short_answer, answer.abstained) == (text, short, False)
    assert all(claim.status == "supported" for claim in answer.claims)
    assert answer.confidence >= 0.7
    assert answer.usage.get("output_tokens", 0) == 0


@pytest.mark.parametrize(
    ("question", "tools", "reason"),
    [
        ("What animal is this?", [NOTHING, classifier([("animal", "found", 0.6)])], "unsure"),
        ("What animal is this?", [NOTHING, classifier([("laptop", "found", 0.9)])], "not_found"),
        ("What animal is this?", [DOG, classifier([("owl", "found", 0.9)])], "unsure"),
        ("Is this a kiwi?", [classifier([], {"kiwi": ("unsure", 0.3)})], "unsure"),
        ("Is this a kiwi?", [classifier(LEMON, {})], "could_not_look"),
        ("Is this a dog?", [DOG, classifier(LEMON, {"dog": ("none", 0.99)})], "unsure"),
        ("Is this a dog?", [NOTHING, classifier([], {"dog": ("found", 0.6)})], "unsure"),
        ("What product is this?", [classifier([("laptop", "found", 0.9)])], "not_found"),
        ("What product is this?", [classifier([("fruit", "found", 0.9)])], "unsure"),
        ("What product is this?",
         [classifier([("product that I know", "none", 0.9)])], "not_found"),
    ],
)  # fmt: skip
def test_abstentions(ask: Any, question: str, tools: list[VisionTool], reason: str) -> None:
    answer = ask(question, *tools)
    assert (answer.abstained, answer.reason) == (True, reason)


def test_the_classifier_looks_at_the_box(ask: Any) -> None:
    answer = ask("What breed is the dog?", DOG, classifier(LABRADOR))
    assert [call.name for call in answer.tool_calls] == ["detect_objects", "classify_image"]
    assert answer.tool_calls[0].arguments["labels"] == ["dog"]
    assert answer.tool_calls[1].arguments["region"] == "e1"


def test_two_things_of_one_size_are_not_taken_for_one(ask: Any) -> None:
    both = detector({"dog": WHOLE, "cat": (10.0, 0.0, 80.0, 80.0)})
    answer = ask("What animal is this?", both, classifier(LABRADOR))
    assert answer.tool_calls[1].arguments["region"] is None


@pytest.mark.parametrize(
    "question",
    [
        "What is this?", "Is this orange?", "What colour is the dog?", "Is there a dog?",
        "Is this a person?", "Is it a cat or a person?", "Is this a receipt?", "What table is it?",
        "What shop is it?", "Is it red or green?", "What animals are there?", "How many dogs?",
        "Is this a unicorn?", "Is it a cat or something else?", "What is the dog doing?",
        "这是什么?", "这是什么颜色?", "这是红色吗?", "图里有狗吗?", "这是收据吗?", "这张图是什么",
    ],
)  # fmt: skip
def test_other_questions_are_not_about_kinds(question: str) -> None:
    assert kind_question(question) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_what_the_weights_were_taught_only_kinds_are_caught(language: str) -> None:
    caught: dict[str, list[str]] = {}
    section = ""
    for line in (PHRASES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            section = line.removeprefix("# ")
        elif line and kind_question(_filled(line, language)) is not None:
            caught.setdefault(section, []).append(line)
    assert caught.pop("kind")
    assert "what animals are there?" not in caught.pop("list", [])
    assert all("{" in line for line in caught["exists"])  # "Is it {a}?" with a dog put in
    # The breed of one; "is it a church?".
    assert caught.keys() <= {"exists", "kind_of", "it_kind", "seen"}


def _filled(phrase: str, language: str) -> str:
    words = {"a": "a dog", "s": "dog", "x": "dogs", "t": "table", "i": "Oat-Drink", "c": "orange",
             "f": "total", "l": "on the left"}  # fmt: skip
    if language == "zh":
        words |= {
            "a": "狗",
            "s": "狗",
            "x": "狗",
            "t": "桌子",
            "c": "橙色",
            "f": "总额",
            "l": "左边",
        }
    for place, word in words.items():
        phrase = phrase.replace(f"{{{place}}}", word)
    return phrase


def test_the_weights_see_the_tools_that_they_were_taught() -> None:
    taught = without_kinds([openai_schema(classifier([])), openai_schema(DOG)])
    names = [list(tool["function"]["parameters"]["properties"]) for tool in taught]
    assert names == [["picture", "region", "top_k"], ["picture", "labels", "region"]]
    assert "kinds" not in taught[0]["function"]["parameters"]["required"]
