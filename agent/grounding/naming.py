"""What a sentence may call the things that it cites: an animal, a dog, 3 animals, 2 dogs.

Evidence of a group ("animal") carries the group's word for all of it and each member's word for the
members: "3 animals", "2 dogs", never "3 dogs". Evidence of a member ("dog") carries the group's
word for that thing ("the animal is brown"), but no number of animals and no absence of animals:
nobody looked for the others. `agent.grounding.check` asks; which words are labels, `tools.words`
knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.references import INSERTED, Filled
from tools.evidence import Evidence
from tools.words.groups import groups_with
from tools.words.labels import CLASSES, COLOURS, GROUPS
from tools.words.sentences import label_places

_READING = {"read_text", "read_codes"}
"""Tools whose labels are words that stand there."""
_COUNTED = re.compile(
    rf"(?:(?<![\w.])(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|{INSERTED})"
    r"\s+(?:[a-z-]+\s+)?|[零一二两三四五六七八九十]\s*[个只辆张条匹头把本台部架艘列件份]\s*"
    rf"|(?:\d|{INSERTED})\s*[个只辆张条匹头把本台部架艘列件份]?\s*)$",
    re.IGNORECASE,
)
"""What stands before a word that is counted."""


def names_of(evidence: Evidence) -> set[str]:
    """All labels that evidence of a thing may go by: its own, its member's, and their groups."""
    own = {name for name in (evidence.label, evidence.member) if name}
    return {name.casefold() for name in own.union(*map(groups_with, own))}


def labels_seen(evidence: Iterable[Evidence]) -> set[str]:
    """The labels of things that were looked at: not of what was read, nor of what is likely."""
    looks = (e for e in evidence if e.kind == "direct" and e.tool not in _READING)
    return {name for e in looks for name in names_of(e)}


def counts(evidence: list[Evidence], ledger: Ledger, named: Collection[str]) -> set[int]:
    """The numbers of things that evidence carries in a sentence that names these labels.

    The number of a completely cited group; where the sentence names members of a group and not
    the group itself, the numbers of those members.
    """
    carried: set[int] = set()
    for group in by_group(evidence):
        cited = Counter(e.member for e in group if e.status == "found")
        found = ledger.found_in_group_of(group[0])
        kinds = {kind for kind in found if kind in named}
        carried |= {found[kind] for kind in kinds if cited[kind] == found[kind]}
        if (not kinds or group[0].group in named) and cited.total() == found.total():
            carried.add(found.total())
    return carried


def by_group(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """Evidence that counts together (same call, same group), each piece once."""
    groups: dict[tuple[str, str | None], dict[str, Evidence]] = {}
    for e in evidence:
        if e.group is not None:
            groups.setdefault((e.call_id, e.group), {})[e.id] = e
    return [list(group.values()) for group in groups.values()]


def misnamed(
    filled: Filled, evidence: list[Evidence], ledger: Ledger, language: Language
) -> str | None:
    """What is wrong with the words for groups and members in a sentence; None if all is well."""
    places = list(label_places(filled.literal, language))
    named = {label for _, label in places}
    for start, group in places:
        if group in GROUPS and not any(e.label == group for e in evidence):
            counted = _COUNTED.search(filled.literal[:start]) is not None
            by_number = counted and (bool(filled.counted) or INSERTED not in filled.literal)
            if by_number or not any(may_be(e, group) for e in evidence):
                return f"{group!r} is not among the cited labels"
    return _miscounted(filled, ledger, named)


def may_be(evidence: Evidence, group: str) -> bool:
    """Whether a thing that was found may be called by the group's word.

    Of what is no label of the tables (a kind, a text) code cannot tell; it is let through.
    """
    if evidence.status != "found":
        return False
    if evidence.label in CLASSES or evidence.label in COLOURS or evidence.label in GROUPS:
        return group in names_of(evidence)
    return True


def _miscounted(filled: Filled, ledger: Ledger, named: Collection[str]) -> str | None:
    """A number that is filled in beside the word for one member must not count the others."""
    counted = [ledger[i] for i in filled.counted if ledger[i].status == "found"]
    kinds = Counter(e.member for e in counted if e.member is not None)
    groups = {e.label for e in counted if e.member is not None}
    if groups & set(named) or not kinds.keys() & set(named):
        return None
    others = sorted(kind for kind in kinds if kind not in named)
    return f"the count holds {', '.join(others)} as well" if others else None
