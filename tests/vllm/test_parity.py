"""The same weights in the process and under vLLM write the same calls and the same answers."""

from __future__ import annotations

from agent.planners.builtin.chat_model import BuiltinChatModel
from agent.planners.server.connecting import connect
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.planners.server.own_weights import OwnWeightsChatModel
from agent.serving import LanguageModelServer
from tests.vllm.conversations import places, written


def test_both_ways_write_the_same(server: LanguageModelServer) -> None:
    asked = list(places())
    assert len({place.conversation for place in asked}) == 200
    served = connect(server.command.url, OWN_WEIGHTS_NAME)
    assert isinstance(served, OwnWeightsChatModel)
    here, there = written(BuiltinChatModel(), asked), written(served, asked, at_once=8)
    differing = [
        (place.conversation, len(place.messages), ours, theirs)
        for place, ours, theirs in zip(asked, here, there, strict=True)
        if ours != theirs
    ]
    assert not differing
    assert sum(isinstance(turn, list) for turn in here) > 100, "calls as well as answers"
    assert sum(isinstance(turn, str) for turn in here) > 100
