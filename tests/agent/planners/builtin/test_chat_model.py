"""The built-in planner's runtime on small random weights: real loading, real decoding."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from agent import Settings, VisualAgent
from agent.answer import Draft
from agent.errors import PlannerError, PlannerOutputError, PlannerUnavailableError
from agent.planners import make_planner
from agent.planners.asking import asked_by
from agent.planners.builtin.chat_model import BuiltinChatModel, packaged_weights
from agent.planners.server.own_weights import OwnWeightsChatModel
from agent.planners.token_callback import with_token_callback
from tests.agent.planners.builtin.test_grammar import TOOLS, tool
from tests.agent.test_visual_agent import measure_brightness
from tests.fakes.tiny_planner import make_tiny_planner
from tools.toolset import ToolConfig

FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "Draft", "schema": Draft.model_json_schema()},
}
LOOK = tool("look", picture={"type": "string", "enum": ["img_1"]})
"""A tool with one possible call: random weights cannot help ending it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_planner(tmp_path_factory.mktemp("planner"), seed=0)


@pytest.fixture(scope="module")
def planner(folder: Path) -> BuiltinChatModel:
    return BuiltinChatModel(path=folder)


@pytest.fixture(scope="module", params=range(5))
def random_planner(request: Any, tmp_path_factory: Any) -> BuiltinChatModel:
    folder = make_tiny_planner(tmp_path_factory.mktemp("planner"), seed=request.param)
    return BuiltinChatModel(path=folder)


@pytest.mark.parametrize(
    ("question", "choice"),
    [("What is the total?", None), ("有几只狗?", "required"), ("]]}}<|im_end|>", None)],
)
def test_random_weights_still_write_only_what_is_valid(
    random_planner: BuiltinChatModel, question: str, choice: str | None
) -> None:
    bound = random_planner.bind_tools(
        TOOLS, response_format=FORMAT, strict=True, tool_choice=choice
    )
    try:
        message = bound.invoke([HumanMessage(question)])
    except PlannerOutputError:
        return  # no end within the limit: the one other thing that may happen
    for call in message.tool_calls:
        schema = next(t["function"] for t in TOOLS if t["function"]["name"] == call["name"])
        assert list(call["args"]) == schema["parameters"]["required"]
    if not message.tool_calls:
        assert choice is None
        draft = Draft.model_validate_json(message.text)
        assert message.text == json.dumps(draft.model_dump(), ensure_ascii=False)
    assert not set(message.text) & set("\n\t")


def test_a_call_and_its_message(planner: BuiltinChatModel) -> None:
    bound = planner.bind_tools([LOOK], tool_choice="required", parallel_tool_calls=False)
    message = bound.invoke([HumanMessage("Look")])
    assert message.content == ""
    assert [(c["name"], c["args"], c["id"]) for c in message.tool_calls] == [
        ("look", {"picture": "img_1"}, "call_1")
    ]
    prompt = ["<|im_start|>", *"user\nLook", "<|im_end|>", "\n", "<|im_start|>", *"assistant\n"]
    usage = message.usage_metadata
    assert usage is not None
    assert usage["input_tokens"] == len(prompt)
    written = '<tool_call>\n{"name": "look", "arguments": {"picture": "img_1"}}\n</tool_call>'
    assert usage["output_tokens"] == len(written) + 1
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert message.response_metadata["finish_reason"] == "tool_calls"


def test_call_ids_go_on_over_a_conversation(planner: BuiltinChatModel) -> None:
    calls = [{"name": "look", "args": {"picture": "图"}, "id": f"call_{n}"} for n in (1, 3)]
    history = [
        SystemMessage("You see nothing."),
        HumanMessage("Look"),
        AIMessage("", tool_calls=calls),
        ToolMessage("e1 dog", tool_call_id="call_1"),
        ToolMessage("e2 cat", tool_call_id="call_3"),
        HumanMessage("Again"),
    ]
    bound = planner.bind_tools([LOOK], tool_choice="look", parallel_tool_calls=False)
    assert [c["id"] for c in bound.invoke(history).tool_calls] == ["call_4"]


def test_the_same_messages_give_the_same_reply(folder: Path) -> None:
    texts = []
    for _ in range(2):
        planner = BuiltinChatModel(path=folder)
        bound = planner.bind_tools([LOOK], tool_choice="required", parallel_tool_calls=False)
        texts.append([bound.invoke([HumanMessage("Look")]).tool_calls for _ in range(2)])
    assert texts[0][0] == texts[0][1] == texts[1][0] == texts[1][1]


async def test_several_tasks_share_one_planner(planner: BuiltinChatModel) -> None:
    bound = planner.bind_tools([LOOK], tool_choice="required", parallel_tool_calls=False)
    messages = await asyncio.gather(*(bound.ainvoke([HumanMessage(str(n))]) for n in range(6)))
    assert [m.tool_calls[0]["name"] for m in messages] == ["look"] * 6


async def test_a_cancelled_question_does_not_hold_up_the_next(folder: Path) -> None:
    planner = BuiltinChatModel(path=folder, max_new_tokens=3000)
    long = tool("long", text={"type": "string", "minLength": 2900})
    endless = asyncio.create_task(
        planner.bind_tools([long], tool_choice="required").ainvoke([HumanMessage("Write")])
    )
    await asyncio.sleep(0)
    endless.cancel()
    bound = planner.bind_tools([LOOK], tool_choice="required", parallel_tool_calls=False)
    assert (await bound.ainvoke([HumanMessage("Look")])).tool_calls
    with pytest.raises(asyncio.CancelledError):
        await endless


def test_a_message_without_an_end_says_so(folder: Path) -> None:
    planner = BuiltinChatModel(path=folder, max_new_tokens=20)
    long = tool("long", text={"type": "string", "minLength": 50})
    with pytest.raises(PlannerOutputError, match="within 20 tokens"):
        planner.bind_tools([long], tool_choice="required").invoke([HumanMessage("Write")])


def test_a_conversation_that_is_too_long_says_so(planner: BuiltinChatModel) -> None:
    with pytest.raises(PlannerError, match="too long"):
        planner.invoke([HumanMessage("word " * 2000)])


def test_the_loop_works_with_it(random_planner: BuiltinChatModel) -> None:
    settings = Settings(tools=ToolConfig(offer=[]))
    with VisualAgent(settings, random_planner, [measure_brightness]) as agent:
        answer = agent.ask(np.full((60, 80, 3), 120, np.uint8), "How bright is it?")
    assert answer.abstained or "47" in answer.answer
    assert answer.planner["kind"] == "builtin"
    assert answer.planner["calls"] > 0


def test_a_template_that_is_missing_says_so(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "chat_template.jinja").unlink()
    with pytest.raises(PlannerUnavailableError, match="chat template"):
        BuiltinChatModel(path=copy).load()


@pytest.mark.parametrize(
    "lost", ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]
)
def test_missing_weights_say_what_to_do(folder: Path, tmp_path: Path, lost: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / lost).unlink()
    with pytest.raises(PlannerUnavailableError, match="make train-planner"):
        make_planner(planner_path=copy).invoke([HumanMessage("Hello")])


@pytest.mark.parametrize("damaged", ["config.json", "tokenizer.json", "model.safetensors"])
def test_damaged_weights_say_where_they_are(folder: Path, tmp_path: Path, damaged: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / damaged).write_bytes((copy / damaged).read_bytes()[:40])
    with pytest.raises(PlannerUnavailableError, match=f"{copy} cannot be loaded"):
        BuiltinChatModel(path=copy).load()


def test_the_planner_of_the_package_lies_beside_the_other_models() -> None:
    planner = make_planner()
    assert isinstance(planner, BuiltinChatModel)
    assert planner.path == packaged_weights()
    assert planner.path.parent.name == "models"


MATCH = tool("match_text", picture={"type": "string"})


def test_what_the_weights_never_met_changes_nothing_for_them(planner: BuiltinChatModel) -> None:
    messages = [HumanMessage("Look")]
    few = planner.bind_tools([LOOK], tool_choice="required").invoke(messages)
    more = planner.bind_tools([MATCH, LOOK], tool_choice="required").invoke(messages)
    assert (more.tool_calls, more.usage_metadata) == (few.tool_calls, few.usage_metadata)
    served = OwnWeightsChatModel(model_name="own", base_url="http://nowhere/v1", total_s=1)
    payloads = [
        served.payload(messages, None, tools=tools, response_format=FORMAT)
        for tools in ([LOOK], [MATCH, LOOK])
    ]
    assert payloads[0] == payloads[1]


def test_a_turn_is_written_once_for_each_owner_and_forgotten_with_him(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = BuiltinChatModel(path=folder)
    planner.load()
    assert planner._decoder is not None
    network, begun = planner._decoder._network, []
    begin = network.begin
    monkeypatch.setattr(network, "begin", lambda length: begun.append(length) or begin(length))
    bound = planner.bind_tools([LOOK], tool_choice="required", parallel_tool_calls=False)
    heard: list[str] = []

    def ask(owner: str, question: str = "Look") -> Any:
        with asked_by(owner), with_token_callback(heard.append):
            return bound.invoke([HumanMessage(question)])

    first, again = ask("a"), ask("a")
    assert (first.tool_calls, first.usage_metadata) == (again.tool_calls, again.usage_metadata)
    assert len(begun) == 1
    assert "".join(heard[:-1]) == heard[-1]
    ask("b")
    ask("a", "Look at it")
    assert len(begun) == 3
    planner.forget("a")
    ask("a")
    ask("b")
    assert len(begun) == 4
