"""Questions about photographs: which look comes first, and what is said after each outcome.

The planner is the real one; what the detector and the encoders see is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from agent.grounding.wording import language_of
from agent.planners.builtin.chat_model import BuiltinChatModel
from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tests.fakes.photographs import (
    ANSWER,
    DETECT,
    MATCH,
    READ,
    ask,
    calls,
    first_look,
    first_looks,
)
from tools import ToolError, vision_tool
from tools.answer_by_fusion import make_tool as answering
from tools.match_text import make_tool as matching
from tools.pictures.store import Picture


@pytest.fixture(scope="module")
def planner() -> BuiltinChatModel:
    return BuiltinChatModel()


@pytest.mark.parametrize(
    "question",
    [
        "How's the weather?",
        "What was the weather like when this was taken?",
        "这张照片是在哪里拍的？",
        "现在是什么时间段？",
        "What room is this?",
        "What kind of place is this?",
        "What is the weather like?",
        "What time of day is it?",
        "Is this a small town?",
        "Is there snow on the mountains?",
        "Are there clouds in the sky?",
        "How many windows are in the room?",
        "Which hand is she using?",
        "How many stuffed animals are there?",
        "Are there boxes on the train station's shelf?",
        "天气怎么样？",
        "这是什么地方？",
        "他在做什么？",
        "现在是什么季节？",
        "火车站里热吗？",
    ],
)
def test_what_nothing_sees_is_estimated_at_once(question: str) -> None:
    assert first_looks(question) == [(ANSWER, None)]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("What is the man doing?", ["person"]),
        ("What sport are the girls playing?", ["person"]),
        ("How many men are in suits?", ["person"]),
        ("Are these chefs working?", ["person"]),
        ("How many legs in total do these animals have?", ["animal"]),
        ("Is the boy wearing glasses?", ["person"]),
        ("Is the dog sleeping?", ["dog"]),
        ("Does the woman have long hair?", ["person"]),
        ("Is there a truck that isn't moving?", ["truck"]),
        ("How many white horses do you see?", ["horse"]),
        ("How many legs does the zebra have?", ["zebra"]),
        ("What color is the man's shirt?", ["person"]),
        ("What color is the front of the train?", ["train"]),
        ("What is the cat sitting on?", ["cat"]),
        ("Is the umbrella behind the bench?", ["umbrella", "bench"]),
        ("Where are the people playing?", ["person"]),
        ("Why is the girl smiling?", ["person"]),
        ("Who is holding the frisbee?", ["frisbee"]),
        ("Is the mask of the umpire on or off?", ["person"]),
        ("那个女人戴着帽子吗？", ["person"]),
        ("男孩的衬衫是什么颜色？", ["person"]),
        ("狗在睡觉吗？", ["dog"]),
        ("How many wine glasses are on the table?", ["wine glass", "dining table"]),
        ("Is there any food in the fridge?", ["food", "refrigerator"]),
        ("桌子上有几个杯子？", ["dining table", "cup"]),
    ],
)
def test_what_the_question_names_is_looked_for_beside(question: str, labels: list[str]) -> None:
    assert first_looks(question) == [(DETECT, labels), (ANSWER, None)]


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
        ("How many dogs are there?", DETECT),
        ("How many people are in the water?", DETECT),
        ("How many pairs of scissors are shown?", DETECT),
        ("How many cups and forks are there?", DETECT),
        ("Is there a dog?", DETECT),
        ("Are there any people in this image?", DETECT),
        ("Can you see a bus?", DETECT),
        ("What color is the bus?", None),  # the weights look for the bus
        ("What is the color of the traffic light?", None),
        ("Is the cat black and white?", None),
        ("What color is the background?", None),
        ("Which colours are used?", None),
        ("What animals are in the picture?", DETECT),
        ("Is it a cat?", DETECT),
        ("What animal is this?", DETECT),
        ("What vehicle is shown?", DETECT),
        ("Where is the dog?", DETECT),
        ("图里有几只狗？", DETECT),
        ("有狗吗？", DETECT),
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
        "这是发票吗？",
        "Is this an invoice?",
        "Is there parking?",
        "How many pages are there?",
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
    sees = [("person", 0.9, (0, 0, 50, 90)), ("dog", 0.9, (60, 40, 90, 90))]
    answer = ask(planner, question, {question: [(guess, 0.8), ("other", 0.1)]}, sees)
    assert (answer.answer, answer.short_answer) == (said, short)
    assert calls(answer)[-1] == ANSWER
    assert (answer.estimated, answer.language) == (True, language_of(question))


@pytest.mark.parametrize(
    ("question", "said", "short"),
    [
        ("Is the dog sleeping?", "I see no dogs.", "no"),
        ("How many dogs are asleep?", "I see no dogs.", "0"),
        ("Does the dog have a collar?", "I see no dogs.", "no"),
        ("Is there no dog sleeping?", "I see no dogs.", "yes"),
        ("狗在睡觉吗？", "图中没有狗。", "否"),
    ],
)
def test_of_what_is_not_there_nothing_is_estimated(
    planner: BuiltinChatModel, question: str, said: str, short: str
) -> None:
    guess = "2" if short == "0" else "yes"
    answer = ask(planner, question, {question: [(guess, 0.9)]}, [("cat", 0.9, (0, 0, 50, 50))])
    assert (answer.answer, answer.short_answer) == (said, short)
    assert not answer.estimated


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the dog doing?", "no dogs"),
        ("What color is the dog's collar?", "no dogs"),
        ("How many legs does the dog have?", "no dogs"),
        ("狗在做什么？", "没有狗"),
    ],
)
def test_what_asks_more_of_what_is_not_there_has_no_answer(
    planner: BuiltinChatModel, question: str, told: str
) -> None:
    answer = ask(planner, question, {question: [("zebra", 0.9), ("4", 0.8)]})
    assert (answer.abstained, answer.reason) == (True, "not_found")
    assert told in answer.answer
    assert "zebra" not in answer.answer


@pytest.mark.parametrize(
    ("question", "sees"),
    [
        ("What is the dog doing?", [("dog", 0.3, (0, 0, 50, 50))]),  # perhaps there
        ("What is the dog doing?", [("dog", 0.9, (0, 0, 50, 50))]),
        ("What is the remote doing?", []),  # too small to be missed for sure
        ("What fruit is the man eating?", [("person", 0.9, (0, 0, 50, 90))]),  # any fruit
        ("What shape is the table?", []),  # need not be a dining table
        ("Is the dog or the cat sleeping?", []),
    ],
)
def test_what_may_be_there_is_estimated(
    planner: BuiltinChatModel, question: str, sees: list[Any]
) -> None:
    answer = ask(planner, question, {question: [("sitting", 0.9)]}, sees)
    assert answer.reason != "not_found"
    assert calls(answer) == [DETECT, ANSWER]


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
    answer = ask(planner, question, {question: [guess]}, [("person", 0.9, (0, 0, 50, 90))])
    assert answer.abstained
    assert answer.reason == "unsure"
    assert calls(answer)[-1] == ANSWER


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


@pytest.mark.parametrize(
    ("question", "score", "said"),
    [
        ("How many cups are on the table?", 0.9, "I see 1 cup."),
        ("How many cups are on the table?", 0.3, "It is probably 4."),
        ("桌子上有几个杯子？", 0.9, "图中有1 个杯子。"),
    ],
)
def test_what_is_seen_at_a_thing_is_counted(
    planner: BuiltinChatModel, question: str, score: float, said: str
) -> None:
    answer = ask(planner, question, {question: [("4", 0.9)]}, [("cup", score, (0, 0, 50, 50))])
    assert (answer.answer, calls(answer)) == (said, [DETECT, ANSWER])


def test_where_a_thing_is_that_is_not_found_is_estimated(planner: BuiltinChatModel) -> None:
    remote = "Where is the remote?"  # so small that it may be there all the same
    answer = ask(planner, remote, {remote: [("couch", 0.8)]})
    assert (answer.answer, calls(answer)) == ("It is probably couch.", [DETECT, ANSWER])
    sink = "Where is the sink?"
    answer = ask(planner, sink, {sink: [("kitchen", 0.8)]})
    assert (answer.reason, calls(answer)) == ("not_found", [DETECT])


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
