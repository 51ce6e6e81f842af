"""From a conversation to tokens and back, with `tokenizers` and Jinja alone.

The template sees what transformers and vLLM give it: the same text comes out of all three. For the
grammar, `Vocabulary` says which bytes each token stands for.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import PlannerUnavailableError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class ChatTokenizer:
    """What a folder of weights says about text: `tokenizer.json`, the chat template, the ends.

    Raises:
        PlannerUnavailableError: there is no chat template, or no token that ends a turn.
        Exception: tokenizers and Jinja raise whatever a damaged file made them raise.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        config = _json(folder / "tokenizer_config.json")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._special = {
            name: token["content"] if isinstance(token, dict) else token
            for name, token in config.items()
            if name in ("bos_token", "eos_token", "pad_token", "unk_token") and token
        }
        self._template = _compiled(_template(folder, config))
        self.stops = self._stop_tokens(folder)
        """The tokens that end a turn."""

    def prompt(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> list[int]:
        """A conversation as tokens, up to where the planner begins to write."""
        text = self._template.render(
            messages=messages, tools=tools or None, add_generation_prompt=True, **self._special
        )
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def text(self, ids: list[int]) -> str:
        """What tokens say, special ones included."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=False))

    def vocabulary(self) -> Vocabulary:
        """What each token stands for.

        Raises:
            KeyError: the tokenizer is none of bytes.
        """
        added = self._tokenizer.get_added_tokens_decoder()
        tokens = [
            added[n].content.encode() if n in added else _bytes_of(self._tokenizer.id_to_token(n))
            for n in range(self._tokenizer.get_vocab_size())
        ]
        special = [n for n, token in added.items() if token.special]
        return Vocabulary(tokens, special, min(self.stops), self._tokenizer)

    def _stop_tokens(self, folder: Path) -> frozenset[int]:
        file = folder / "generation_config.json"
        ends = _json(file if file.is_file() else folder / "config.json").get("eos_token_id")
        own = self._tokenizer.token_to_id(self._special.get("eos_token", ""))
        stops = {own, *(ends if isinstance(ends, list) else [ends])} - {None}
        if not stops:
            raise PlannerUnavailableError(f"the tokenizer in {folder} names no end-of-turn token")
        return frozenset(int(stop) for stop in stops)


class Vocabulary:
    """Tokens as `llguidance.LLTokenizer` takes them.

    It could read `tokenizer.json` itself, but would then take `<tool_call>` for a special token,
    which no text can contain; only those are special that the tokenizer says are.
    """

    bos_token_id = None

    def __init__(
        self, tokens: list[bytes], special: list[int], end: int, tokenizer: Tokenizer
    ) -> None:
        self.tokens = tokens
        self.special_token_ids = special
        self.eos_token_id = end
        self._tokenizer = tokenizer

    def __call__(self, text: str) -> list[int]:
        """The tokens of a text."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def _bytes_of(token: str | None) -> bytes:
    """What a token of a byte-level tokenizer stands for: each character of it is one byte.

    A number without a token stands for nothing.
    """
    return bytes(_BYTES[character] for character in token or "")


def _byte_characters() -> dict[str, int]:
    """GPT-2's characters for bytes: printable ones stand for themselves, others follow on 255."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + number): byte for number, byte in enumerate(others)
    }


_BYTES = _byte_characters()


def _template(folder: Path, config: dict[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    template = file.read_text(encoding="utf-8") if file.is_file() else config.get("chat_template")
    if not isinstance(template, str) or not template:
        raise PlannerUnavailableError(f"the tokenizer in {folder} has no chat template")
    return template


def _compiled(template: str) -> Any:
    """A template in the environment that chat templates are written for."""
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.globals["raise_exception"] = refuse
    return environment.from_string(template)


def _json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
