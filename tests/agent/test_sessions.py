"""What a conversation keeps apart: questions at once, whose evidence, whose look."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import numpy as np
import pytest

from agent import Session, VisualAgent
from tests.agent.test_visual_agent import (
    GREY,
    LIGHT,
    agents,
    brightness,
    call,
    draft,
    things,
)
from tools.pictures.store import Picture, PictureStore

__all__ = ["agents"]
BRIGHT = draft("{e1.value} [e1].", "{e1.value}")
NOT_FOUND = draft("?", "", "not_found")


def said(session: Session) -> list[str]:
    return [message.text for message in session.messages if message.type == "human"]


async def test_of_two_questions_at_once_none_is_lost(agents: Any) -> None:
    agent = agents(
        call(brightness()), BRIGHT, call(things("dog")), draft("{count e2-e3} dogs [e2-e3].", "2")
    )
    session = agent.session(GREY)
    answers = await asyncio.gather(session.aask("How bright?"), session.aask("How many dogs?"))
    assert [answer.short_answer for answer in answers] == ["47", "2"]
    assert len(said(session)) == 2
    assert "How bright?" in said(session)[0]
    assert "How many dogs" in said(session)[1]
    assert len(session.messages) == 8, "each with its call, its report and its answer"
    assert answers[1].trace["earlier_messages"] == 4


def test_an_answer_lists_what_its_own_question_used_and_saw(agents: Any) -> None:
    agent = agents(
        call(brightness()), BRIGHT,
        call(things("dog")), draft("{count e2-e3} dogs [e2-e3].", "2"),
        call(things("cat", "e3")), draft("I see {list e4} [e4].", "{exists e4}"),
        draft("It was {e1.value} [e1].", "{e1.value}"),
        NOT_FOUND,
    )  # fmt: skip
    session = agent.session(GREY)
    questions = ["How bright?", "How many dogs?", "A cat on it?", "How bright was it?", "And fog?"]
    listed = [[e.id for e in session.ask(question).evidence] for question in questions]
    assert listed == [["e1"], ["e2", "e3"], ["e4", "e3"], ["e1"], []]


@pytest.mark.parametrize(
    ("earlier", "question", "reason"),
    [
        ([brightness()], "Is there a cat?", "could_not_look"),
        ([things("dog")], "Is there a cat?", "could_not_look"),
        ([things("cat")], "Is there really no cat?", "not_found"),
        ([things("cat")], "真的没有猫吗？", "not_found"),
        ([things("cat")], "Are there any animals?", "could_not_look"),
        ([things("cat")], "Is there a cat in picture 2?", "could_not_look"),
        ([things("cat"), things("cat", picture="img_2")], "Is there a cat?", "not_found"),
    ],
)
def test_i_looked_is_said_of_looks_at_what_is_asked(
    agents: Any, earlier: Any, question: str, reason: str
) -> None:
    agent = agents(call(*earlier), draft("?", "", "could_not_look"), NOT_FOUND)
    several = any(arguments["picture"] == "img_2" for _, arguments in earlier)
    session = agent.session(GREY)
    if several or "2" in question:
        session.add(LIGHT)
    session.ask("Have a look.")
    answer = session.ask(question)
    assert (answer.abstained, answer.reason) == (True, reason)


def test_a_look_at_one_picture_is_none_at_those_that_came_later(agents: Any) -> None:
    agent = agents(call(things("cat")), draft("?", "", "could_not_look"), NOT_FOUND)
    session = agent.session(GREY)
    session.ask("Have a look.")
    session.add(LIGHT)
    assert session.ask("Is there a cat?").reason == "could_not_look"


def test_pictures_added_at_once_get_ids_of_their_own() -> None:
    store = PictureStore()
    together = threading.Barrier(8)

    def add(shade: int) -> None:
        together.wait(10)
        store.add(np.full((8, 8, 3), shade, np.uint8))

    threads = [threading.Thread(target=add, args=(shade,)) for shade in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [picture.ref.id for picture in store] == [f"img_{n}" for n in range(1, 9)]


async def test_pictures_are_encoded_once_and_not_on_the_event_loop(agents: Any) -> None:
    encoded: list[int] = []

    class Slow(Picture):
        """Is encoded only while the event loop is running."""

        def jpeg(self, longest_side: int) -> bytes:
            encoded.append(longest_side)
            loop, turned = agent._background._loop, threading.Event()
            assert loop is not None
            loop.call_soon_threadsafe(turned.set)
            assert turned.wait(10), "the event loop stands still"
            return super().jpeg(longest_side)

    agent: VisualAgent = agents(call(brightness()), BRIGHT, BRIGHT, planner_sees=True)
    session = agent.session(GREY)
    picture = session.pictures["img_1"]
    session.pictures._by_id["img_1"] = Slow(picture.ref, picture.pixels)
    await session.aask("How bright?")
    await session.aask("Still?")
    assert len(encoded) == 1
    shown = agent.planner.seen[-1]  # type: ignore[attr-defined]
    assert sum("image_url" in str(message.content)[:400] for message in shown) == 1
