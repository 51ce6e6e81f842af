"""What an ultralytics checkpoint says of itself, read in milliseconds and without running it.

A checkpoint is a pickle in a zip file. It is unpickled with every class replaced by an empty one
and every tensor by nothing, so that nothing of it is ever called.
"""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import ToolUnavailableError

_PROMPT_FREE = "LRPCHead"
"""The head of YOLOE weights whose vocabulary is built in."""
TASKS = ("detect", "segment", "pose")
"""Those that find boxes."""


@dataclass(frozen=True)
class Header:
    """The labels of a checkpoint by class number, and how labels come into it."""

    names: dict[int, str]
    is_open_vocabulary: bool
    """Labels are free text: YOLOE, but not its prompt-free kind."""
    text_encoder: str | None
    """The encoder that open-vocabulary weights read labels with, such as mobileclip2:b."""


def read_header(file: Path) -> Header:
    """Read the header of an ultralytics checkpoint.

    Raises:
        ToolUnavailableError: the file is no checkpoint, or not one that finds boxes.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            name = next(n for n in archive.namelist() if n.endswith("data.pkl"))
            with archive.open(name) as content:
                reader = _Reader(content)
                saved = reader.load()
        model = saved["ema"] if saved.get("ema") is not None else saved["model"]
        state = model.state
        names = {int(number): str(label) for number, label in _named(state["names"]).items()}
    except Exception as error:
        # A pickle that is none, or is another one, may raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ToolUnavailableError(f"{file} cannot be loaded: {reason}") from None
    task = state.get("task") or (state.get("args") or {}).get("task") or "detect"
    if task not in TASKS:
        raise ToolUnavailableError(f"{file} finds no boxes; its task: {task}")
    is_yoloe = type(model).__name__.startswith("YOLOE")
    is_open = is_yoloe and _PROMPT_FREE not in reader.classes
    return Header(names, is_open, state.get("text_model", "mobileclip:blt") if is_open else None)


def _named(names: dict[int, str] | list[str]) -> dict[int, str]:
    return dict(enumerate(names)) if isinstance(names, list) else names


class _Empty:
    """Stands for an object of any class: takes its state, does nothing."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        del arguments, options
        self.state: dict[str, Any] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state

    def __call__(self, *arguments: Any, **options: Any) -> _Empty:
        del arguments, options
        return _Empty()

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def append(self, value: Any) -> None:
        """A list's."""

    def extend(self, values: Any) -> None:
        """A list's."""

    def add(self, value: Any) -> None:
        """A set's."""


class _Reader(pickle.Unpickler):
    """Unpickles without ever importing, or calling, what the pickle names."""

    def __init__(self, content: Any) -> None:
        super().__init__(content)
        self.classes: set[str] = set()

    def find_class(self, _module: str, name: str) -> Any:
        self.classes.add(name)
        return type(name, (_Empty,), {})

    def persistent_load(self, _tensor: Any) -> None:
        return None
