"""The agent that a command gets."""

from __future__ import annotations

import pytest

from agent.cli import make_agent
from agent.cli.factory import Options
from tools.errors import InputError


def test_options_override_the_environment(monkeypatch):
    monkeypatch.setenv("VQA_PLANNER_URL", "http://environment:8000/v1")
    monkeypatch.setenv("VQA_PLANNER_MODEL", "environment")
    with make_agent(Options(planner_model="option")) as agent:
        assert agent.settings.planner_url == "http://environment:8000/v1"
        assert agent.settings.planner_model == "option"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("VQA_TIMEOUT_S", "soon", "timeout_s"),
        ("VQA_TOOLS__OFFER", '["smell"]', "no such tool: smell"),
        ("VQA_TOOLS__OFFER", "[", "tools"),
    ],
)
def test_a_wrong_setting_is_bad_input(name, value, says, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=says):
        make_agent(Options())
