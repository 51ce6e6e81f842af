"""What is said in a conversation without asking for anything: answered at once, in its language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import Settings, VisualAgent
from agent.loop.unasked import small_talk
from agent.testing import ScriptedPlanner, answering, calling
from tests.agent.test_visual_agent import GREY, measure_brightness
from tools.toolset import ToolConfig
from tools.words.lists import columns_of

PHRASES = [w for _, _, words in columns_of("small_talk", 3) for w in words.split(", ")]


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("hi", "Hello. Ask me something about the picture."),
        ("Hello!! 👋", "Hello. Ask me something about the picture."),
        ("Thanks, that’s helpful.", "You are welcome."),
        ("OK, thank you!", "All right. Ask me more whenever you like."),
        ("谢谢！", "不客气。"),
        ("好的，谢谢", "好的。还想知道什么,请继续问。"),
        ("bye", "Goodbye."),
    ],
)
def test_small_talk_is_answered_in_its_language(said, reply) -> None:
    answer = small_talk(said, {})
    assert answer is not None
    assert (str(answer), answer.abstained, answer.reason) == (reply, True, "no_question")


@pytest.mark.parametrize(
    "question",
    ["What is the total?", "Thanks. And the date?", "谢谢，日期是多少？", "hi-fi", "Is it good?",
     "总额", "text", "nice picture?", "1", "?", "What does the thank you card say?"],
)  # fmt: skip
def test_a_question_is_none(question) -> None:
    assert small_talk(question, {}) is None


@given(st.lists(st.sampled_from(PHRASES), min_size=1, max_size=3), st.sampled_from("!.～,\n"))
def test_phrases_may_follow_each_other(phrases, mark) -> None:
    said = mark.join(phrases)
    languages = {any(c >= "\u4e00" for c in phrase) for phrase in phrases}
    assert (small_talk(said.upper(), {}) is not None) == (len(languages) == 1)


def test_no_planner_is_asked_and_the_question_before_stays_the_one_before() -> None:
    script = [
        calling(("measure_brightness", {"picture": "img_1"})),
        answering("It is {e1.value} percent bright [e1].", "{e1.value}"),
        answering("It was {e1.value} percent [e1].", "{e1.value}"),
    ]
    planner = ScriptedPlanner(responses=script)
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, planner, [measure_brightness]) as agent:
        session = agent.session(GREY)
        session.ask("How bright is it?")
        known = list(session.messages)
        events = list(session.stream("Thanks!"))
        assert len(planner.seen) == 2
        assert session.messages == known
        assert str(events[-1].answer) == "You are welcome."
        assert events[-1].answer.tool_calls == []
        assert session.ask("And now?").short_answer == "47"
