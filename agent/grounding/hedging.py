"""Sentences that say "perhaps": how they may name what a tool was not sure of.

One closed form: beside a kind that was found, a kind below it that is unsure, behind "perhaps" ("It
is a {e1.label}, perhaps a {e2.label} [e1 e2]."). Anything else that rests on unsure evidence makes
an answer abstain (`agent.grounding.check`).
"""

from __future__ import annotations

import re

from tools.evidence import Evidence
from tools.words.kinds import standard

_PERHAPS = re.compile(r"(?:\bperhaps (?:an? )?|也许是|可能是)\{(e[1-9][0-9]*)\.label\}")
_NAMED = re.compile(r"\{(e[1-9][0-9]*)\.label\}")
_CITED = re.compile(r"\[[^\]]*\]")


def is_hedged(template: str, evidence: list[Evidence]) -> bool:
    """Whether a sentence names all its unsure evidence behind "perhaps", as a kind of a found one.

    Args:
        template: one sentence, references and citations not filled in.
        evidence: all that it refers to or cites.
    """
    unsure = {e.id: e for e in evidence if e.status == "unsure"}
    found = [e for e in evidence if e.status == "found"]
    body = _CITED.sub("", template)
    behind = set(_PERHAPS.findall(body))
    plain = set(_NAMED.findall(_PERHAPS.sub("", body)))
    return (
        behind == set(unsure)
        and not plain & set(unsure)
        and any(e.id in plain for e in found)
        and all(any(_is_a(doubtful, e) for e in found) for doubtful in unsure.values())
    )


def _is_a(doubtful: Evidence, sure: Evidence) -> bool:
    kinds = standard()
    kind, above = kinds.find(doubtful.label or ""), kinds.find(sure.label or "")
    return kind is not None and above is not None and kinds.is_a(kind.key, above.key)
