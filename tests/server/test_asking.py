"""Questions over HTTP: conversations go on, branch, and are as they were when a question fails."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from agent.answer import Answer
from agent.events import Answered, ToolStarted
from agent.testing import answering, calling
from server.access.identity import LOCAL, Caller, Limits
from server.engine.engine import Began, Engine
from server.engine.opening import Ask
from server.engine.transcripts import Said
from server.errors import BusyError
from server.pictures.intake import Handle
from server.services import Services
from server.settings import ServerSettings
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving
from tools import Picture, ToolReport, vision_tool
from tools.errors import InputError

ME = Caller(LOCAL, LOCAL, Limits(600))
QUESTION = "How bright is it?"
ONE = [brightness(), bright()]
TWO = [brightness("img_2"), bright("e2")]


def services_of(client: httpx.AsyncClient) -> Services:
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    return services


async def asked(client: httpx.AsyncClient, **fields: object) -> dict:
    reply = await client.post("/v1/ask", json={"question": QUESTION} | fields)
    assert reply.status_code == 200, reply.text
    body: dict = reply.json()
    return body


async def test_an_answer_is_the_documented_json_and_says_where_it_is_kept(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        body = await asked(client, pictures=[data_url(png())])
        kept = (await client.get(f"/v1/conversations/{body['conversation']}")).json()
    assert body["answer"] == "It is 47 percent bright."
    where = {key: body.pop(key) for key in ("conversation", "turn")}
    assert body.keys() == Answer.model_validate({**body, "evidence": []}).to_json().keys()
    (turn,) = kept["turns"]
    assert (kept["id"], turn["id"]) == (where["conversation"], where["turn"])
    assert (turn["question"], turn["answer"]) == (QUESTION, body)


async def test_uploads_of_a_form_and_ids_of_files_are_pictures_too(settings) -> None:
    async with serving(settings, agent_of(*ONE, *TWO)) as client:
        form = {"question": QUESTION}
        files = {"pictures": ("../../etc/a\x00.png", png(), "text/html")}
        first = (await client.post("/v1/ask", data=form, files=files)).json()
        uploaded = await client.post("/v1/files", files={"file": ("b.png", png(240))})
        second = await asked(
            client, pictures=[uploaded.json()["id"]], conversation=first["conversation"]
        )
    assert first["short_answer"] == "47"
    assert second["short_answer"] == "94"
    assert second["evidence"][0]["picture"] == "img_2"


async def test_a_conversation_goes_on_in_another_process_with_its_evidence(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        first = await asked(client, pictures=[data_url(png())])
    then = agent_of(answering("It was {e1.value} percent [e1].", "{e1.value}"))
    async with serving(settings, then) as client:
        second = await asked(client, conversation=first["conversation"])
        kept = (await client.get(f"/v1/conversations/{first['conversation']}")).json()
    assert second["answer"] == "It was 47 percent."
    assert [turn["id"] for turn in kept["turns"]] == [first["turn"], second["turn"]]


async def test_a_question_after_an_earlier_turn_begins_a_conversation_of_its_own(settings) -> None:
    again = answering("It was {e1.value} percent [e1].", "{e1.value}")
    async with serving(settings, agent_of(*ONE, again, again, again)) as client:
        first = await asked(client, pictures=[data_url(png())])
        second = await asked(client, conversation=first["conversation"])
        engine = services_of(client).engine
        goes_on = await engine.answer(Ask(ME, "And now?", after=second["turn"]))
        branches = await engine.answer(Ask(ME, "And now?", after=first["turn"]))
        turns = services_of(client).store.of(LOCAL).conversations.turns
        assert goes_on.conversation == first["conversation"]
        assert branches.conversation != first["conversation"]
        assert len(turns(first["conversation"])) == 3
        assert [t.id for t in turns(branches.conversation)] == [branches.turn]
        assert branches.answer.short_answer == "47", "it shares the past"


async def test_a_client_that_tells_its_history_is_recognised_by_it(settings) -> None:
    again = answering("It was {e1.value} percent [e1].", "{e1.value}")
    async with serving(settings, agent_of(*ONE, again, *ONE)) as client:
        services = services_of(client)
        mine = services.store.of(LOCAL)
        handle = await asyncio.to_thread(services.intake.inline, mine, png())
        first = await services.engine.answer(Ask(ME, QUESTION, (handle,)))
        said = Said(f"  {QUESTION} ", first.answer.answer, (handle,))
        known = await services.engine.answer(Ask(ME, "And?", history=(said,)))
        assert known.conversation == first.conversation
        assert known.answer.short_answer == "47", "its evidence is still there"
        other = Said(QUESTION, "It is pitch dark.", (handle,))
        unknown = await services.engine.answer(Ask(ME, "And?", history=(other,)))
        assert unknown.conversation != first.conversation
        assert unknown.answer.short_answer == "47", "it was looked at anew"
        told = services.agent.planner.seen[-1]  # type: ignore[attr-defined]
        assert "It is pitch dark." in str([message.content for message in told])


async def test_what_fails_leaves_the_conversation_as_it_was(settings) -> None:
    """The planner fails once, then a picture cannot be read, then all is well."""
    script = [*ONE, RuntimeError("secret words"), *TWO]
    async with serving(settings, agent_of(*script)) as client:
        first = await asked(client, pictures=[data_url(png())])
        here = {"question": QUESTION, "conversation": first["conversation"]}
        failed = await client.post("/v1/ask", json=here)
        cut_off = data_url(png(240)[:60])
        refused = await client.post("/v1/ask", json=here | {"pictures": [cut_off]})
        last = await asked(
            client, conversation=first["conversation"], pictures=[data_url(png(240))]
        )
        kept = (await client.get(f"/v1/conversations/{first['conversation']}")).json()
    assert failed.status_code >= 500
    assert "secret" not in failed.text
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid_image"
    assert last["evidence"][0]["id"] == "e2"
    assert [turn["id"] for turn in kept["turns"]] == [first["turn"], last["turn"]]


ENOUGH = threading.Event()


@pytest.fixture
def enough():
    ENOUGH.clear()
    yield ENOUGH
    ENOUGH.set()


@vision_tool(version="1")
def wait_for_ever(picture: Picture) -> ToolReport:
    """Look until somebody says that it is enough."""
    del picture
    ENOUGH.wait(60)
    return ToolReport(summary="looked")


WAITING = calling(("wait_for_ever", {"picture": "img_1"}))


async def first_event(services: Services, handle: Handle, **kwargs: object):
    """Begin a question, and stop listening when its tool has begun."""
    async with aclosing(services.engine.ask(Ask(ME, QUESTION, (handle,), **kwargs))) as events:  # type: ignore[arg-type]
        async for event in events:
            if isinstance(event, ToolStarted):
                return


async def test_who_goes_away_leaves_nothing_and_gives_the_place_back(tmp_path, enough) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, max_running=1, max_waiting=0)
    async with serving(settings, agent_of(WAITING, WAITING, tools=[wait_for_ever])) as client:
        services = services_of(client)
        mine = services.store.of(LOCAL)
        handle = await asyncio.to_thread(services.intake.inline, mine, png())
        await first_event(services, handle)
        enough.set()
        assert mine.delete_everything()[0] == []
        enough.clear()
        handle = await asyncio.to_thread(services.intake.inline, mine, png(7))
        events = services.engine.ask(Ask(ME, QUESTION, (handle,)))
        assert isinstance(await anext(events), Began)
        with pytest.raises(BusyError) as busy:
            await services.engine.answer(Ask(ME, "Something else?", (handle,)))
        assert int(busy.value.headers["Retry-After"]) > 0
        await events.aclose()


class NotingAdmission:
    """Lets everybody in, and notes who came and went."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    running = waiting = 0

    @asynccontextmanager
    async def place(self, caller: Caller, conversation: str | None = None) -> AsyncIterator[None]:
        self.noted.append(f"+{caller.owner}")
        try:
            yield
        finally:
            self.noted.append(f"-{caller.owner}")


async def test_whoever_lets_questions_in_hears_of_each_that_ends(settings) -> None:
    noting = NotingAdmission()
    async with serving(settings, agent_of(*ONE)) as client:
        s = services_of(client)
        engine = Engine(settings, s.agent, s.store, s.intake, noting)
        handle = await asyncio.to_thread(s.intake.inline, s.store.of(LOCAL), png())
        await engine.answer(Ask(ME, QUESTION, (handle,)))
        with pytest.raises(InputError):
            await engine.answer(Ask(ME, QUESTION))
    assert noting.noted == ["+local", "-local"] * 2


async def test_a_question_that_takes_too_long_ends(tmp_path, enough) -> None:
    settings = ServerSettings(data_dir=tmp_path, warm_up=False, deadline_s=0.5, max_wait_s=0.5)
    async with serving(settings, agent_of(WAITING, tools=[wait_for_ever])) as client:
        here = {"question": QUESTION, "pictures": [data_url(png())]}
        reply = await client.post("/v1/ask", json=here)
        enough.set()
    assert reply.status_code == 504
    assert reply.json()["error"]["code"] == "timeout"


async def test_of_one_conversation_one_question_is_answered_at_a_time(settings) -> None:
    again = answering("It was {e1.value} percent [e1].", "{e1.value}")
    async with serving(settings, agent_of(*ONE, *[again] * 6)) as client:
        first = await asked(client, pictures=[data_url(png())])
        asks = [asked(client, conversation=first["conversation"]) for _ in range(6)]
        bodies = await asyncio.gather(*asks)
        kept = (await client.get(f"/v1/conversations/{first['conversation']}")).json()
    assert {turn["id"] for turn in kept["turns"]} == {first["turn"], *(b["turn"] for b in bodies)}


async def test_the_answer_comes_last_and_is_stored_when_it_comes(settings) -> None:
    async with serving(settings, agent_of(*ONE)) as client:
        services = services_of(client)
        mine = services.store.of(LOCAL)
        handle = await asyncio.to_thread(services.intake.inline, mine, png())
        seen = []
        async with aclosing(services.engine.ask(Ask(ME, QUESTION, (handle,)))) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, Answered):
                    turn = mine.conversations.turn(seen[0].turn)  # type: ignore[union-attr]
                    assert turn.answer == event.answer.to_json()
    assert isinstance(seen[0], Began)
    assert isinstance(seen[-1], Answered)


async def test_a_deleted_conversation_is_gone_with_its_pictures(settings) -> None:
    async with serving(settings, agent_of(*ONE, *ONE)) as client:
        uploaded = (await client.post("/v1/files", files={"file": ("a.png", png())})).json()["id"]
        one = await asked(client, pictures=[uploaded])
        pictures = settings.data_dir / "pictures"
        assert (await client.delete(f"/v1/files/{uploaded}")).json()["deleted"]
        assert len(list(pictures.glob("??/*"))) == 1, "the conversation still needs it"
        path = f"/v1/conversations/{one['conversation']}"
        assert (await client.delete(path)).json()["deleted"]
        assert list(pictures.glob("??/*")) == []
        assert (await client.get(path)).status_code == 404
        assert (await client.delete(path)).status_code == 404
        here = {"question": QUESTION, "conversation": one["conversation"]}
        assert (await client.post("/v1/ask", json=here)).status_code == 404
        await asked(client, pictures=[data_url(png())])
        assert (await client.delete("/v1/data")).json()["deleted"]
        assert list(pictures.glob("??/*")) == []


async def test_nothing_that_was_asked_or_seen_is_in_the_log(settings, caplog) -> None:
    caplog.set_level("DEBUG")
    script = [*ONE, RuntimeError("the picture says BANANA")]
    async with serving(settings, agent_of(*script)) as client:
        given = {"x-request-id": "mine-1"}
        body = {"question": "Is there a BANANA?", "pictures": [data_url(png())]}
        for _ in range(2):
            reply = await client.post("/v1/ask?BANANA", json=body, headers=given)
            assert reply.headers["x-request-id"] == "mine-1"
    from server.logs import JsonLines

    lines = [JsonLines().format(r) for r in caplog.records if r.name == "server"]
    assert not [line for line in lines if "BANANA" in line]
    assert next(json.loads(line)["status"] for line in lines if '"request"' in line) == 200
