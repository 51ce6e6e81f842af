"""In which of several pictures it was seen: told with every sentence, and held to the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.named_pictures import named_pictures
from agent.grounding.wording import picture_name
from tools.evidence import Evidence

_END = re.compile(r"(?P<end>[.!?。！？]*)\s*$")


def with_picture(
    text: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> str:
    """A sentence with the picture that it is about ("… (picture 2)."), where there are several.

    Nothing is added where it rests on more than one, or says the picture itself.
    """
    refs = {e.picture.id: e.picture for e in evidence}
    if len(refs) != 1 or len(ledger.pictures) < 2:
        return text
    (ref,) = refs.values()
    name = picture_name(ref, ledger.pictures, language)
    if re.search(rf"{re.escape(name)}(?!\d)", text, re.IGNORECASE):
        return text
    before = " (" if language == "en" else "("
    return _END.sub(lambda match: f"{before}{name}){match['end']}", text, count=1)


def in_other_pictures(question: str, evidence: Sequence[Evidence], ledger: Ledger) -> str | None:
    """What is wrong with a sentence that rests on another picture than the question names."""
    named = named_pictures(question, [ref.id for ref in ledger.pictures])
    others = [e for e in evidence if named and e.picture.id not in named]
    if not named or not others:
        return None
    return f"the question is about {', '.join(named)}; {others[0].id} is of another picture"
