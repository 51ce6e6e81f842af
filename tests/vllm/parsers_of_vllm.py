"""What the installed vLLM makes of requests, family by family; run by vLLM's own Python.

    python parsers_of_vllm.py TOKENIZER-FOLDER < cases.json > outcomes.json

A case is {"tool_parser", "reasoning_parser", "request"}; its outcome is "calls or answer",
"answer" (no call can be written), "unconstrained", or what vLLM said against it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from transformers import AutoTokenizer
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
from vllm.parser.parser_manager import ParserManager


class Vocabulary(dict):
    """A vocabulary in which every marker of every family stands."""

    def __missing__(self, token: str) -> int:
        self[token] = len(self)
        return self[token]

    def get(self, token: str, default: Any = None) -> Any:
        return self[token]

    def __contains__(self, token: object) -> bool:
        return True


def outcome(case: dict[str, Any], tokenizer: Any) -> str:
    parser = ParserManager.get_parser(
        tool_parser_name=case["tool_parser"],
        reasoning_parser_name=case["reasoning_parser"],
        enable_auto_tools=True,
        is_harmony=case["tool_parser"] == "openai",
    )
    assert parser is not None
    request = ChatCompletionRequest.model_validate(case["request"])
    adjusted = parser(tokenizer, request.tools).adjust_request(request)
    held = adjusted.structured_outputs
    if held is not None and held.structural_tag is not None:
        tag = held.structural_tag
        return "calls or answer" if "abstain" in tag and '"or"' in tag else "calls"
    return "answer" if adjusted.response_format is not None else "unconstrained"


def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    vocabulary = Vocabulary(tokenizer.get_vocab())
    tokenizer.get_vocab = lambda: vocabulary
    outcomes = []
    for case in json.load(sys.stdin):
        try:
            outcomes.append(outcome(case, tokenizer))
        except Exception as error:
            outcomes.append(f"{type(error).__name__}: {error}")
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
