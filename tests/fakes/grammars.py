"""Whether a text is in the grammar of a turn, asked of both engines: they have to agree."""

from __future__ import annotations

from functools import cache
from typing import Any

from agent.planners.builtin.grammar import build_structural_tag
from agent.planners.builtin.lark import build_lark


def accepts(text: str, tools: list[dict[str, Any]], answer: Any, **form: Any) -> bool:
    """What xgrammar, which servers use, and llguidance, which this process uses, both say."""
    here = is_in_lark(text, build_lark(tools, answer, **form))
    from xgrammar import Grammar
    from xgrammar.testing import _is_grammar_accept_string

    tag = build_structural_tag(tools, answer, **form)
    there = bool(_is_grammar_accept_string(Grammar.from_structural_tag(tag), text))
    assert here == there, f"llguidance: {here}, xgrammar: {there}"
    return here


def is_in_lark(text: str, lark: str) -> bool:
    """What llguidance alone says."""
    import llguidance

    matcher = llguidance.LLMatcher(_bytes(), lark, log_level=0)
    assert not matcher.is_error(), matcher.get_error()
    tokens = list(text.encode())
    return bool(matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting())


@cache
def _bytes() -> Any:
    import llguidance

    return llguidance.LLTokenizer("byte")
