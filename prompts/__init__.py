"""Every word that a model is told: one Jinja file each, rendered here and nowhere else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(name: str, **variables: Any) -> str:
    """Render `prompts/<name>.j2`; a variable that the file uses and nobody gave raises.

    Raises:
        jinja2.UndefinedError: a missing variable.
        jinja2.TemplateNotFound: no such file.
    """
    return _environment().get_template(f"{name}.j2").render(**variables).strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text for a language model, never HTML
    )
