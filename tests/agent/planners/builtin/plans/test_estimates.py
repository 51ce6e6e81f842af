"""Questions about photographs: which look comes first, and what is said after each outcome.

The planner is the real one; what the detector and the encoders see is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent import Answer, Settings, VisualAgent
from agent.grounding.wording import language_of
from agent.planners.builtin import in_code
from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.conversation import question_message
from tests.fakes.detectors import FixedDetector
from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tools import ToolError, VisionTool, vision_tool
from tools.answer_by_fusion import make_tool as answering
from tools.detect_objects import make_tool as detecting
from tools.match_text import make_tool as matching
from tools.pictures.store import Picture
from tools.toolset import ToolConfig
from tools.weights.sidefiles import Bars
from tools.words.labels import CLASSES

RED = np.zeros((120, 160, 3), np.uint8)
RED[:, :, 0] = 255
ANSWER, MATCH, DETECT, READ, CLASSIFY, COLOURS = (
    "answer_by_fusion", "match_text", "detect_objects", "read_text", "classify_image",
    "describe_colors",
)  # fmt: skip
OTHERS = [READ, CLASSIFY, COLOURS, "read_codes"]
Table = Mapping[str, Sequence[tuple[str, float]]]


@pytest.fixture(scope="module")
def planner() -> BuiltinChatModel:
    return BuiltinChatModel()


def ask(
    planner: BuiltinChatModel,
    question: str,
    answers: Table | None = None,
    sees: Sequence[Any] = (),
    tools: Sequence[VisionTool] | None = None,
) -> Answer:
    """The answer, with a detector that sees this and a fused model that answers that."""
    estimating = [matching(ColourSpace()), answering(ScriptedAnswerer(answers or {}))]
    detector = detecting(FixedDetector(Path(__file__), list(sees)), list(CLASSES), Bars())
    settings = Settings(tools=ToolConfig(offer=["read_text", "classify_image", "describe_colors"]))
    offered = estimating if tools is None else tools
    with VisualAgent(settings, planner=planner, tools=[detector, *offered]) as agent:
        return agent.ask(RED, question)


def calls(answer: Answer) -> list[str]:
    return [call.name for call in answer.tool_calls]


def first_look(question: str) -> str | None:
    """The tool that code calls first; None where the weights plan."""
    names = [DETECT, *OTHERS, MATCH, ANSWER]
    labels = {"items": {"enum": [*CLASSES, "animal", "vehicle", "fruit", "food"]}}
    properties = {"labels": labels, "kinds": {}, "query": {}, "region": {}}
    tools = [
        {"type": "function", "function": {"name": n, "parameters": {"properties": properties}}}
        for n in names
    ]
    turn, _ = in_code.planned([question_message(question, ["img_1"])], tools)
    return turn.calls[0][0] if turn is not None and turn.calls else None


@pytest.mark.parametrize(
    "question",
    [
        "How's the weather?",
        "What was the weather like when this was taken?",
        "这张照片是在哪里拍的？",
        "现在是什么时间段？",
        "What is the man doing?",
        "What sport are the girls playing?",
        "What room is this?",
        "What kind of place is this?",
        "What is the weather like?",
        "What time of day is it?",
        "Is this a small town?",
        "How many men are in suits?",
        "Are these chefs working?",
        "How many legs in total do these animals have?",
        "Is the boy wearing glasses?",
        "Is the dog sleeping?",
        "Are the people having fun?",
        "Does the woman have long hair?",
        "Is there a truck that isn't moving?",
        "Is there snow on the mountains?",
        "Are there clouds in the sky?",
        "How many windows are in the room?",
        "How many people are wearing hats?",
        "How many white horses do you see?",
        "How many legs does the zebra have?",
        "What color is the man's shirt?",
        "What color is the front of the train?",
        "What is the cat sitting on?",
        "What is on the plate next to the fork?",
        "Is the umbrella behind the bench?",
        "Where are the people playing?",
        "Which hand is she using?",
        "Why is the girl smiling?",
        "Who is holding the frisbee?",
        "Is the mask of the umpire on or off?",
        "天气怎么样？",
        "这是什么地方？",
        "他在做什么？",
        "那个女人戴着帽子吗？",
        "现在是什么季节？",
        "男孩的衬衫是什么颜色？",
    ],
)
def test_what_nothing_sees_is_estimated_at_once(question: str) -> None:
    assert first_look(question) == ANSWER


@pytest.mark.parametrize(
    "question",
    [
        "Is it raining?",
        "Is this a kitchen?",
        "Is this a restaurant?",
        "Is this inside a city?",
        "Does this look like an office?",
        "在下雨吗？",
        "这是厨房吗？",
        "Is this a kitchen or an office?",
        "Is this a kitchen, a bathroom or an office?",
        "Is it sunny or cloudy?",
        "Is the weather rainy, foggy or sunny?",
        "Was this picture taken indoors or outdoors?",
        "Is it day or night?",
        "这是厨房还是办公室？",
        "是室内还是室外？",
        "天气是晴天还是阴天？",
    ],
)
def test_what_the_whole_picture_is_is_chosen_or_compared(question: str) -> None:
    assert first_look(question) == MATCH


@pytest.mark.parametrize(
    ("question", "look"),
    [
        ("How many dogs are there?", None),  # the weights look for dogs
        ("How many people are in the water?", None),
        ("How many wine glasses are on the table?", None),
        ("Is there a dog?", None),
        ("Are there any people in this image?", None),
        ("Can you see a bus?", None),
        ("What color is the bus?", None),
        ("What is the color of the traffic light?", None),
        ("Is the cat black and white?", None),
        ("What color is the background?", None),
        ("Which colours are used?", None),
        ("What animals are in the picture?", None),
        ("Is it a cat?", DETECT),
        ("What animal is this?", DETECT),
        ("What vehicle is shown?", DETECT),
        ("Where is the dog?", DETECT),
        ("图里有几只狗？", None),
        ("有狗吗？", None),
        ("公交车是什么颜色？", None),
    ],
)
def test_what_one_look_answers_is_looked_at(question: str, look: str | None) -> None:
    assert first_look(question) == look


@pytest.mark.parametrize(
    "question",
    [
        "What does the sign say?",
        "What is written on the surfboard?",
        "What number is on the bus?",
        "What is the total?",
        "How much did I pay altogether?",
        "When is it due?",
        "Are dogs allowed?",
        "Can I park here on Sunday?",
        "Are they open on Monday?",
        "Is the door open?",
        "Is the wifi free?",
        "Does it contain milk?",
        "Who is the landlord?",
        "Is breakfast included?",
        "Which platform does the train leave from?",
        "What is the phone number?",
        "Which table ordered this?",
        "Which shop is this from?",
        "Is there a QR code?",
        "Where should bicycles go?",
        "What is the capital of France?",
        "Who wrote Hamlet?",
        "Tell me a joke.",
        "Do you like this picture?",
        "Describe the picture.",
        "And the dog?",
        "法国的首都是哪里？",
        "总价是多少？",
        "水费是多少？",
        "每天吃几次？",
        "牌子上写着什么？",
        "这家店在哪里？",
    ],
)
def test_nothing_that_is_written_or_elsewhere_is_estimated(question: str) -> None:
    assert first_look(question) not in (ANSWER, MATCH)


@pytest.mark.parametrize(
    ("question", "guess", "said", "short"),
    [
        ("Is it windy?", "yes", "Probably yes.", "yes"),
        ("Is the dog sleeping?", "no", "Probably no.", "no"),
        ("What is the man doing?", "surfing", "It is probably surfing.", "surfing"),
        ("How many windows are in the room?", "2", "It is probably 2.", "2"),
        ("What color is the man's shirt?", "red", "It is probably red.", "red"),
        ("What kind of place is this?", "beach", "It is probably beach.", "beach"),
        ("在刮风吗？", "yes", "大概是的。", "是"),
        ("在刮风吗？", "no", "大概不是。", "不是"),
        ("天气怎么样？", "sunny", "大概是晴天。", "晴天"),
    ],
)
def test_an_estimate_is_said_as_one(
    planner: BuiltinChatModel, question: str, guess: str, said: str, short: str
) -> None:
    answer = ask(planner, question, {question: [(guess, 0.8), ("other", 0.1)]})
    assert (answer.answer, answer.short_answer) == (said, short)
    assert calls(answer) == [ANSWER]
    assert answer.language == language_of(question)


@pytest.mark.parametrize(
    ("question", "said", "short"),
    [
        ("Is this a red beach or a blue beach?", "It is probably a red beach.", "red beach"),
        ("这是红色的海滩还是蓝色的海滩？", "大概是红色的海滩。", "红色的海滩"),
    ],
)
def test_a_choice_is_matched(
    planner: BuiltinChatModel, question: str, said: str, short: str
) -> None:
    answer = ask(planner, question)
    assert (answer.answer, answer.short_answer) == (said, short)
    assert calls(answer) == [MATCH]


def test_none_of_the_choices_fits(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "Is this a green beach or a blue beach?")
    assert answer.abstained
    assert answer.reason == "not_found"


def test_a_choice_that_is_not_sure_is_asked_as_it_stands(planner: BuiltinChatModel) -> None:
    question = "Is it sunny or cloudy?"
    unsure = matching(ColourSpace(), threshold=1.0)
    fused = answering(ScriptedAnswerer({question: [("cloudy", 0.8)]}))
    answer = ask(planner, question, tools=[unsure, fused])
    assert answer.answer == "It is probably cloudy."
    assert calls(answer) == [MATCH, ANSWER]


@pytest.mark.parametrize(
    ("question", "guess"),
    [
        ("What is the man doing?", ("surfing", 0.1)),  # below the bar
        ("Is it windy?", ("umbrella", 0.9)),  # no answer to this question
        ("How many windows are in the room?", ("yes", 0.9)),
        ("What is the man doing?", ("yes", 0.9)),
    ],
)
def test_what_the_model_is_not_sure_of_is_not_said(
    planner: BuiltinChatModel, question: str, guess: tuple[str, float]
) -> None:
    answer = ask(planner, question, {question: [guess]})
    assert answer.abstained
    assert answer.reason == "unsure"
    assert calls(answer) == [ANSWER]


def test_a_model_that_fails_is_told_of(planner: BuiltinChatModel) -> None:
    @vision_tool(version="1", name=ANSWER)
    def failing(picture: Picture, question: str) -> Any:
        """Fail."""
        raise ToolError("out of memory")

    answer = ask(planner, "Is it windy?", tools=[failing])
    assert answer.reason == "could_not_look"
    assert "out of memory" in answer.answer


def test_without_the_tool_nothing_is_estimated(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "What is the man doing?", tools=[])
    assert answer.reason == "could_not_look"
    assert ANSWER not in calls(answer)


def test_what_the_detector_sees_needs_no_estimate(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "How many dogs are there?", sees=[("dog", 0.9, (0, 0, 50, 50))])
    assert (answer.short_answer, calls(answer)) == ("1", [DETECT])
    none = ask(planner, "Is there a dog?", {"Is there a dog?": [("yes", 0.9)]})
    assert (none.short_answer, calls(none)) == ("no", [DETECT])


def test_what_the_detector_is_unsure_of_is_estimated(planner: BuiltinChatModel) -> None:
    question = "How many dogs are there?"
    unsure = [("dog", 0.3, (0, 0, 50, 50))]
    answer = ask(planner, question, {question: [("2", 0.8)]}, unsure)
    assert answer.answer == "It is probably 2."
    assert calls(answer) == [DETECT, ANSWER]


def test_where_a_thing_is_that_is_not_found_is_estimated(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "Where is the sink?", {"Where is the sink?": [("kitchen", 0.8)]})
    assert answer.answer == "It is probably kitchen."
    assert calls(answer) == [DETECT, ANSWER]


def test_what_a_sign_may_say_is_read_first(planner: BuiltinChatModel) -> None:
    answer = ask(planner, "Is the window open?", {"Is the window open?": [("yes", 0.8)]})
    assert answer.answer == "Probably yes."
    assert calls(answer) == [READ, ANSWER]


def test_presence_does_not_answer_what_more_is_asked(planner: BuiltinChatModel) -> None:
    question = "Is the boy wearing glasses?"
    answer = ask(planner, question, {question: [("no", 0.7)]}, [("person", 0.9, (0, 0, 50, 90))])
    assert answer.short_answer == "no"


def test_each_part_of_a_question_takes_its_own_look(planner: BuiltinChatModel) -> None:
    question = "How many dogs are there? Is it windy?"
    dogs = [("dog", 0.9, (0, 0, 50, 50))]
    answer = ask(planner, question, {"Is it windy?": [("yes", 0.8)]}, dogs)
    assert answer.answer == "I see 1 dog. Probably yes."
    assert sorted(calls(answer)) == [ANSWER, DETECT]


class OneFits:
    """A space in which one phrase fits a picture well, and every other badly."""

    version, dimensions, bar, floor = "one-fits", 1, 0.5, 0.5

    def __init__(self, phrase: str, *, others: float = 0.01) -> None:
        self.phrase, self.others = phrase, others

    def images(self, batch: Sequence[Any]) -> Any:
        return np.ones((len(batch), 1), np.float32)

    def texts(self, batch: Sequence[str]) -> Any:
        fits = [0.9 if text == self.phrase else self.others for text in batch]
        return np.array(fits, np.float32)[:, None]

    def probabilities(self, images: Any, texts: Any) -> Any:
        return images @ texts.T


@pytest.mark.parametrize(
    ("question", "phrase", "said", "short"),
    [
        ("Is this a kitchen?", "a kitchen", "Yes, it looks like a kitchen.", "yes"),
        ("Is this a kitchen?", "an office", "No, it looks like an office.", "no"),
        ("Is it foggy?", "rainy weather", "No, it looks like rainy weather.", "no"),
        ("这是厨房吗？", "a kitchen", "是的，看起来像厨房。", "是"),
        ("这是厨房吗？", "an office", "不是，看起来像办公室。", "不是"),
    ],
)
def test_a_place_is_compared_with_the_others(
    planner: BuiltinChatModel, question: str, phrase: str, said: str, short: str
) -> None:
    tools = [matching(OneFits(phrase)), answering(ScriptedAnswerer({}))]
    answer = ask(planner, question, tools=tools)
    assert (answer.answer, answer.short_answer) == (said, short)
    assert (calls(answer), answer.estimated) == ([MATCH], True)


def test_a_comparison_that_is_not_clear_is_left_to_the_fused_model(
    planner: BuiltinChatModel,
) -> None:
    question = "Is this a kitchen?"
    fused = answering(ScriptedAnswerer({question: [("no", 0.8)]}))
    answer = ask(planner, question, tools=[matching(OneFits("an office", others=0.88)), fused])
    assert answer.answer == "Probably no."
    assert calls(answer) == [MATCH, ANSWER]
