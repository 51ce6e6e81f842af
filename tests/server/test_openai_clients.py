"""What OpenAI's own client, LangChain's and Open WebUI's requests find beside a plain question."""

from __future__ import annotations

import base64
from typing import Literal

import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from server.access.identity import Limits
from server.access.keys import create
from server.settings import ServerSettings
from server.store import Database, Store
from tests.fakes.documents import pdf, text
from tests.server.conftest import agent_of, bright, brightness, data_url, live, png
from tests.server.test_asking import ONE, QUESTION, TWO, WAITING, enough, wait_for_ever
from tests.server.test_chat import AGAIN, SENTENCE, body, client_of, picture, user
from tests.server.test_responses import body as response_body

__all__ = ["enough"]
PDF = pdf(text(50, 700, "Dear Sir"), text(50, 700, "Yours"))
PAGE = [brightness("img_1p2"), ONE[1]]
ON_PAGE_2 = "It is 100 percent bright (page 2)."


class Reading(BaseModel):
    """What is measured."""

    brightness: int | None = Field(description="How bright is it?")
    kind: Literal["dark", "light"] | None = Field(default=None, description="How bright is it?")


def langchain(url: str, **options: object) -> ChatOpenAI:
    return ChatOpenAI(
        model="vqa-agent", base_url=f"{url}/v1", api_key="none", max_retries=0, **options
    )


def test_a_chat_may_begin_with_a_greeting_and_thank(settings) -> None:
    """Small talk is no error, reaches no planner, and does not lose the evidence."""
    agent = agent_of(*ONE, AGAIN)
    messages: list[dict] = []
    with live(settings, agent) as url, client_of(url) as client:

        def say(*content: object) -> dict:
            messages.append({"role": "user", "content": list(content)})
            done = client.chat.completions.create(**body(*messages))
            messages.append({"role": "assistant", "content": done.choices[0].message.content})
            assert done.choices[0].finish_reason == "stop"
            return done.vqa

        def words(said: str) -> dict:
            return {"type": "text", "text": said}

        hello = say(words("hi!"))
        asked = say(words("这张图片有多亮？"))
        assert [hello["reason"], asked["reason"]] == ["no_picture"] * 2
        assert (hello["abstained"], hello["language"], asked["language"]) == (True, "en", "zh")
        assert "picture" in hello["answer"]
        assert "图片" in asked["answer"]
        assert say(words(QUESTION), picture())["short_answer"] == "47"
        thanks = say(words("Thanks!"))
        assert (thanks["reason"], thanks["answer"]) == ("no_question", "You are welcome.")
        assert say(words("And now?"))["claims"][0]["evidence"] == ["e1"]
        assert len({turn["conversation"] for turn in (hello, thanks)}) == 1
    assert len(agent.planner.seen) == 3


def test_responses_may_begin_without_a_picture(settings) -> None:
    with live(settings, agent_of(*ONE)) as url, client_of(url) as client:
        hello = client.responses.create(model="vqa-agent", input="hello")
        events = [
            e.type for e in client.responses.create(model="vqa-agent", input="hi", stream=True)
        ]
        done = client.responses.create(**response_body(), previous_response_id=hello.id)
        with pytest.raises(openai.BadRequestError, match="whole"):
            list(client.responses.retrieve(hello.id, stream=True))
    assert hello.vqa["reason"] == "no_picture"
    assert events[-1] == "response.completed"
    assert (done.output_text, done.vqa["conversation"]) == (SENTENCE, hello.vqa["conversation"])


def test_a_conversation_is_kept_noted_on_and_read_as_openais(settings) -> None:
    with live(settings, agent_of(*ONE, AGAIN)) as url, client_of(url) as client:
        made = client.conversations.create(metadata={"topic": "light"})
        assert (made.object, made.metadata) == ("conversation", {"topic": "light"})
        assert client.conversations.update(made.id, metadata={"a": "ü"}).metadata == {"a": "ü"}
        assert client.conversations.retrieve(made.id).metadata == {"a": "ü"}
        client.responses.create(**response_body(), conversation=made.id)
        client.responses.create(
            model="vqa-agent", input="And now?", conversation={"id": made.id}, include=[],
            truncation="auto",
        )  # fmt: skip
        items = list(client.conversations.items.list(made.id, order="asc", limit=1))
        assert [(i.role, i.content[0].text) for i in items] == [
            ("user", QUESTION), ("assistant", SENTENCE),
            ("user", "And now?"), ("assistant", "It was 47 percent."),
        ]  # fmt: skip
        assert items[1].vqa["evidence"][0]["value"] == 47
        newest = client.conversations.items.list(made.id).data
        assert newest == items[::-1]
        one = client.conversations.items.retrieve(items[2].id, conversation_id=made.id)
        assert one == items[2]
        with pytest.raises(openai.NotFoundError):
            client.conversations.items.retrieve("msg_0", conversation_id=made.id)
        listed = client.get("/conversations", cast_to=dict[str, object])
        assert [(c["title"], c["turns"]) for c in listed["data"]] == [(QUESTION, 2)]
        assert client.conversations.delete(made.id).deleted
        with pytest.raises(openai.NotFoundError):
            client.conversations.retrieve(made.id)
        with pytest.raises(openai.BadRequestError) as refused:
            client.conversations.create(items=[{"role": "user", "content": "Hi"}])
    assert (refused.value.param, refused.value.code) == ("items", "unsupported_parameter")


def test_files_are_kept_for_a_purpose_and_a_time(settings) -> None:
    with live(settings, agent_of(*ONE, *PAGE)) as url, client_of(url) as client:
        short = {"anchor": "created_at", "seconds": 3_600}
        one = client.files.create(file=("a.png", png()), purpose="vision", expires_after=short)
        two = client.files.create(file=("b.pdf", PDF), purpose="user_data")
        assert (one.expires_at - one.created_at, one.status) == (3_600, "processed")
        assert two.expires_at > one.expires_at
        assert [f.id for f in client.files.list(limit=1)] == [two.id, one.id]
        assert [f.id for f in client.files.list(purpose="vision", order="asc")] == [one.id]
        assert client.files.content(two.id).read() == PDF
        assert client.files.retrieve(one.id) == one
        shown = {"type": "image_url", "image_url": {"url": one.id}}
        done = client.chat.completions.create(**body(user(QUESTION, shown)))
        assert done.choices[0].message.content == SENTENCE
        file = {"type": "input_file", "file_id": two.id}
        asked = [{"role": "user", "content": [{"type": "input_text", "text": QUESTION}, file]}]
        paged = client.responses.create(model="vqa-agent", input=asked)
        assert paged.vqa["evidence"][0]["page"] == 2
        assert client.files.delete(one.id).deleted
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(one.id)
        with pytest.raises(openai.BadRequestError) as refused:
            client.files.create(file=("a.png", png()), purpose="fine-tune")
    assert refused.value.param == "purpose"


def test_fields_are_parsed_whole_and_streamed(settings) -> None:
    with live(settings, agent_of(*[*ONE, AGAIN] * 2)) as url, client_of(url) as client:
        done = client.chat.completions.parse(**body(), response_format=Reading)
        with client.chat.completions.stream(**body(), response_format=Reading) as stream:
            kinds = {event.type for event in stream}
            streamed = stream.get_final_completion()
    assert done.choices[0].message.parsed == Reading(brightness=47, kind=None)
    assert streamed.choices[0].message.parsed == done.choices[0].message.parsed
    assert "content.done" in kinds


def test_errors_are_the_exceptions_that_the_client_knows(tmp_path, enough) -> None:
    settings = ServerSettings(
        data_dir=tmp_path, warm_up=False, require_keys=True, max_running=1, max_waiting=0
    )
    store = Store(Database(settings.url_of_database))
    key, _ = create(store.keys, "bot", Limits(requests_per_minute=8))
    store.close()
    agent = agent_of(WAITING, tools=[wait_for_ever])
    with live(settings, agent) as url, client_of(url) as stranger:
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()
        client = stranger.with_options(api_key=key)
        with pytest.raises(openai.NotFoundError) as unknown:
            client.models.retrieve("gpt-5")
        assert (unknown.value.param, unknown.value.code) == ("model", "model_not_found")
        with pytest.raises(openai.BadRequestError) as wrong:
            client.chat.completions.create(**body(), extra_body={"temprature": 1})
        assert (wrong.value.param, wrong.value.code) == ("temprature", "unknown_parameter")
        with client.chat.completions.create(**body(stream=True)) as stream:
            next(c for c in stream if c.model_extra.get("vqa"))
            with pytest.raises(openai.InternalServerError) as busy:
                client.chat.completions.create(**body())
            enough.set()
        assert (busy.value.status_code, busy.value.code) == (503, "busy")
        assert int(busy.value.response.headers["retry-after"]) > 0
        with pytest.raises(openai.RateLimitError) as limited:
            all(client.models.list() for _ in range(9))
        assert int(limited.value.response.headers["retry-after"]) > 0


@tool
def weather(city: str) -> str:
    """Say the weather."""
    return city


def test_langchains_tools_files_and_schemas(settings) -> None:
    file = {
        "type": "file", "base64": base64.b64encode(PDF).decode(), "mime_type": "application/pdf",
        "filename": "letter.pdf",
    }  # fmt: skip
    read = HumanMessage([{"type": "text", "text": QUESTION}, file])
    message = HumanMessage([{"type": "text", "text": QUESTION}, picture()])
    with live(settings, agent_of(*PAGE, *ONE, *PAGE, *ONE, AGAIN)) as url:
        model = langchain(url)
        assert model.invoke([read]).content == ON_PAGE_2
        offered = model.bind_tools([weather]).invoke([message])
        assert (offered.content, offered.tool_calls) == (SENTENCE, [])
        with pytest.raises(openai.BadRequestError, match="json_schema"):
            model.with_structured_output(Reading, method="function_calling").invoke([message])
        responses = langchain(url, use_responses_api=True, output_version="responses/v1")
        assert responses.invoke([read]).text == ON_PAGE_2
        first = responses.invoke([message])
        assert first.text == SENTENCE
        later = responses.invoke([message, AIMessage(first.content), HumanMessage("And now?")])
    assert later.text == "It was 47 percent."


OPEN_WEBUI = {
    "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.8, "top_k": 40,
    "min_p": 0.05, "repeat_penalty": 1.1, "num_ctx": 8192, "max_tokens": 512, "seed": 1,
}  # fmt: skip


def test_open_webui_asks_with_the_settings_of_its_chats(settings) -> None:
    with live(settings, agent_of(*ONE, *TWO)) as url, client_of(url) as client:
        system = {"role": "system", "content": "You are a pirate."}
        parts = [{"type": "text", "text": QUESTION}, picture()]
        history = [system, {"role": "user", "content": parts}]
        extra = {k: v for k, v in OPEN_WEBUI.items() if k not in ("stream", "stream_options")}
        streamed = client.chat.completions.create(
            **body(*history), stream=True, stream_options={"include_usage": True}, extra_body=extra
        )
        chunks = list(streamed)
        text_of = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        history += [{"role": "assistant", "content": text_of}, user("And this?", picture(png(240)))]
        then = client.chat.completions.create(**body(*history), extra_body=extra)
    assert text_of == SENTENCE
    assert chunks[-1].usage is not None
    assert then.vqa["evidence"][0]["picture"] == "img_2"


def test_a_picture_of_each_kind_of_source_in_one_message(settings) -> None:
    with live(settings, agent_of(brightness("img_2"), bright())) as url, client_of(url) as client:
        file = client.files.create(file=("a.png", png(60)), purpose="vision")
        parts = [
            {"type": "file", "file": {"file_id": file.id}},
            {"type": "image_url", "image_url": {"url": data_url(png()), "detail": "high"}},
        ]
        done = client.chat.completions.create(**body(user(QUESTION, *parts)))
    assert done.vqa["evidence"][0]["picture"] == "img_2"
