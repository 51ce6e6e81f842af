"""The helpdesk's adapter, end to end: a fake Chatwoot, the real service, a scripted planner."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.testing import answering
from examples.chatwoot.messages import Message
from examples.chatwoot.settings import DeskSettings
from examples.chatwoot.webhook import create_app
from examples.chatwoot.words import plain
from server.settings import ServerSettings
from tests.fakes.chatwoot import SECRET, TOKEN, Chatwoot, signed
from tests.server.conftest import agent_of, bright, brightness, listening_app, live, png

ROOT = Path(__file__).parents[2]
NOT_THERE = answering("", "", "not_found")


@pytest.fixture
def desk() -> Iterator[Chatwoot]:
    chatwoot = Chatwoot()
    with listening_app(chatwoot.app) as chatwoot.url:
        yield chatwoot


class Adapter:
    """The adapter's app, called as Chatwoot calls it."""

    def __init__(self, app: Any, client: httpx.AsyncClient) -> None:
        self.app, self._client = app, client

    async def post(self, event: dict[str, Any], **signing: Any) -> httpx.Response:
        return await self._client.post("/chatwoot", **signed(event, **signing))

    async def send(self, event: dict[str, Any]) -> str:
        """What it says to an event; all that comes of it is done."""
        status: str = (await self.post(event)).json()["status"]
        await self.app.state.line.settled()
        return status


Adapting = Callable[..., AbstractAsyncContextManager[Adapter]]


@pytest.fixture
def adapting(desk: Chatwoot, tmp_path: Path) -> Adapting:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    @asynccontextmanager
    async def run(vqa_url: str, **more: Any) -> AsyncIterator[Adapter]:
        given = {"url": desk.url, "access_token": TOKEN, "webhook_secret": SECRET}
        known = DeskSettings(**(given | {"vqa_url": vqa_url, "state": tmp_path / "a.db"} | more))
        app = create_app(known, pause)
        app.state.pauses = pauses
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://adapter") as client,
        ):
            yield Adapter(app, client)

    return run


@pytest.fixture
def service(tmp_path: Path) -> Callable[..., Any]:
    settings = ServerSettings(data_dir=tmp_path / "data", warm_up=False)
    return lambda *script: live(settings, agent_of(*script))


async def test_a_customers_picture_is_asked_about_and_the_next_message_goes_on(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    script = [brightness(), bright(), answering("是{e1.value} [e1]。", "{e1.value}")]
    with service(*script) as url:
        async with adapting(url) as adapter:
            photo = desk.attach("holiday.txt", png(51), file_type="file")
            first = desk.message("How bright is it?", photo)
            assert await adapter.send(first) == "taken"
            assert desk.replies == ["It is 20 percent bright."]
            (note,) = desk.notes
            assert note.startswith("Answered, confidence 1.00.")
            assert "measure_brightness, img_1: brightness = 20" in note
            assert set(desk.tokens_at_files) == {""}, "the token stays with the API"
            assert await adapter.send(first) == "known"
        async with adapting(url) as adapter:  # after a restart
            assert await adapter.send(first) == "known"
            assert await adapter.send(desk.message("有多亮？")) == "taken"
    assert desk.replies[1:] == ["是20。"]
    assert not desk.opened
    assert {place for place, *_ in desk.said} == {7}


async def test_only_what_customers_say_in_conversations_of_the_bot_is_answered(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    with service() as url:
        async with adapting(url) as adapter:
            photo = desk.attach("a.png", png())
            for change in (
                {"message_type": "outgoing"},
                {"message_type": "activity"},
                {"message_type": 1},
                {"private": True},
                {"event": "message_updated"},
                {"event": "conversation_opened"},
                {"status": "open"},
            ):
                assert await adapter.send(desk.message("?", photo, **change)) == "ignored"
            assert (await adapter.post({"event": "message_created"})).status_code == 422
            assert await adapter.send(desk.message(None)) == "taken", "a sticker, say: no words"
    assert not desk.said


@pytest.mark.parametrize("signing", [{"secret": "another"}, {"at": time.time() - 600}])
async def test_who_does_not_sign_is_refused(
    desk: Chatwoot, adapting: Adapting, signing: dict[str, Any]
) -> None:
    async with adapting("http://127.0.0.1:9") as adapter:
        assert (await adapter.post(desk.message("?"), **signing)).status_code == 401
        assert (await adapter.post({"event": "x" * 2_000_000})).status_code == 413
    with pytest.raises(ValueError, match="CHATWOOT_WEBHOOK_SECRET"):
        DeskSettings(url="http://desk", access_token="t")


async def test_an_older_chatwoot_has_its_token_in_the_address(
    desk: Chatwoot, adapting: Adapting
) -> None:
    async with adapting("http://127.0.0.1:9", webhook_secret=None, url_token="t0ken") as adapter:
        ask = adapter._client.post
        event = {"event": "conversation_opened"}
        assert (await ask("/chatwoot?token=t0ken", json=event)).json() == {"status": "ignored"}
        assert (await ask("/chatwoot?token=other", json=event)).status_code == 401
        assert (await adapter.post(event)).status_code == 401


async def test_what_cannot_be_told_goes_to_a_person_with_the_reason(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    with service(brightness(), NOT_THERE, brightness(), NOT_THERE) as url:
        async with adapting(url) as adapter:
            await adapter.send(desk.message("这是什么牌子？", desk.attach("a.png", png())))
            assert desk.replies == ["这个我不能确定，我的同事会来看一下。"]
            assert desk.notes[0].startswith("Not answered: looked, and it is not there.")
            assert "brightness = 47" in desk.notes[0]
            assert desk.opened == [7]
        async with adapting(url, hand_over=False) as adapter:
            event = desk.message("Which brand?", desk.attach("b.png", png(99)), conversation=8)
            await adapter.send(event)
    assert desk.opened == [7]
    assert desk.replies[1] != desk.replies[0]
    assert desk.replies[1]


async def test_attachments_that_are_no_pictures_or_lie_elsewhere_are_named_in_the_note(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    with service(brightness(), bright()) as url:
        async with adapting(url, max_attachment_mb=0.1) as adapter:
            attached = [
                desk.attach("photo.png", b"<script>alert(1)</script>"),
                desk.attach("elsewhere.png", png()),
                {"file_type": "image", "data_url": f"{url}/v1/models"},
                {"file_type": "location", "data_url": None},
                desk.attach("large.png", png() + bytes(200_000)),
                {"file_type": "image", "data_url": "http://["},
            ]
            await adapter.send(desk.message("How bright is it?", *attached))
            assert not desk.replies
            (note,) = desk.notes
            assert note.startswith("Not answered: there is no picture")
            reasons = re.findall(r"attachment \d: (.*)", note)
            assert len(reasons) == 6
            assert desk.opened == [7]
            attached[-1] = desk.attach("c.mp3", png(), file_type="audio")
            await adapter.send(desk.message("How bright is it?", *attached))
    assert desk.replies == ["It is 47 percent bright."]
    assert len(re.findall("Left out: attachment", desk.notes[1])) == 5


async def test_failures_end_in_a_note_not_in_silence(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    desk.refuses = 2
    async with adapting("http://127.0.0.1:9") as adapter:  # nobody listens there
        await adapter.send(desk.message("How bright is it?", desk.attach("a.png", png())))
        assert desk.notes == ["Not answered: the service: it does not answer (ConnectError)."]
        assert desk.opened == [7]
        assert adapter.app.state.pauses == [5, 10, 15, 5, 5]
        await adapter.send(desk.message("And now?", conversation=8))
        assert desk.notes[1] == "Not answered: there is no picture to look at."
    with service(brightness(), bright()) as url:
        async with adapting(url) as adapter:  # a conversation that the service has forgotten
            photo = desk.attach("b.png", png(51))
            message = desk.message("How bright is it?", photo, conversation=9)
            place = Message.model_validate(message).place
            adapter.app.state.inbox.remember(place, "conv_gone")
            await adapter.send(message)
    assert desk.replies == ["It is 20 percent bright."]


async def test_what_was_taken_in_is_answered_after_a_restart_and_too_much_is_refused(
    desk: Chatwoot, service, adapting: Adapting
) -> None:
    with service(brightness(), bright()) as url:
        async with adapting(url, max_waiting=1) as adapter:
            line = adapter.app.state.line
            line.put(Message.model_validate(desk.message(None)))  # its worker has not begun
            full = await adapter.post(desk.message("?"))
            assert full.status_code == 503
            assert full.headers["retry-after"] == "30"
            await line.settled()
            waiting = desk.message("How bright is it?", desk.attach("a.png", png(51)))
            adapter.app.state.inbox.claim(Message.model_validate(waiting))  # and it is killed here
        assert not desk.said
        async with adapting(url) as adapter:
            await adapter.app.state.line.settled()
            assert await adapter.send(waiting) == "known"
    assert desk.replies == ["It is 20 percent bright."]


def test_words_of_pictures_make_no_links() -> None:
    assert plain("![x](http://e) [y](z) <a>") == "! [x] (http://e) [y] (z) ‹a›"


def test_the_folder_stands_alone_and_its_page_names_every_setting() -> None:
    folder = ROOT / "examples" / "chatwoot"
    for file in folder.glob("*.py"):
        found = re.findall(r"^(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.M)
        assert not {"agent", "server", "tools", "examples"} & set(found)
    page = (folder / "README.md").read_text(encoding="utf-8")
    for name in DeskSettings.model_fields:
        assert f"CHATWOOT_{name.upper()}" in page
