"""Yes/no questions in balance: each is asked of about as many pictures where it holds as where not.

A question that is "yes" more often than "no" could be answered without looking. The pictures for
"no" are chosen among those that look most like the pictures for "yes", by what is in them.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from training.fusion.questions.claims import denies, holds
from training.fusion.questions.facts import Facts
from training.fusion.questions.queries import Claim

HARD_SHARE = 0.6
"""Of the pictures for "no"; the others are drawn from all that would do."""
MOST_EACH = 200
"""Pictures that one question is asked of with one answer."""
COUNTED = frozenset({"number is", "more than one", "just one"})
MOST_COUNTED = 60
"""Of questions about numbers, which boxes give too many of."""
MOST_NO = {True: 30, False: 6}
"""Questions with the answer "no" that one picture gets, by whether it has captions."""
WITHOUT_CAPTIONS = frozenset(
    {
        "there",
        "place is",
        "weather is",
        "day is",
        "night is",
        "setting is",
        "number is",
        "more than one",
        "just one",
        "side is",
    }
)

OF_ITS_THING = frozenset({"number is", "more than one", "just one", "side is", "colour is"})
"""They are only asked of pictures with the thing."""

Balanced = dict[int, list[tuple[Claim, bool]]]


def balanced(all_facts: Sequence[Facts], rng: random.Random) -> Balanced:
    """For each photograph, by its place, the claims to ask about and whether they hold."""
    chosen: Balanced = defaultdict(list)
    for split in ("train", "val"):
        places = [at for at, facts in enumerate(all_facts) if facts.photograph.split == split]
        _balance(all_facts, places, chosen, rng)
    return chosen


def _balance(
    all_facts: Sequence[Facts], places: list[int], chosen: Balanced, rng: random.Random
) -> None:
    true: defaultdict[Claim, list[int]] = defaultdict(list)
    showing: defaultdict[str, list[int]] = defaultdict(list)
    for at in places:
        for claim in dict.fromkeys(holds(all_facts[at])):
            true[claim].append(at)
        for word in sorted(all_facts[at].words):
            showing[word].append(at)
    captioned = [at for at in places if all_facts[at].captions]
    spent: Counter[int] = Counter()
    for claim in sorted(true, key=lambda c: (len(true[c]), c)):
        yes = true[claim]
        words = dict(claim.slots)
        if claim.kind in OF_ITS_THING:
            pool = showing[words["thing"]]
        elif claim.kind in WITHOUT_CAPTIONS:
            pool = places
        else:
            pool = captioned
        could = _deniable(all_facts, claim, pool, spent, 3 * min(len(yes), MOST_EACH) + 20, rng)
        number = min(len(yes), len(could), MOST_COUNTED if claim.kind in COUNTED else MOST_EACH)
        if not number:
            continue
        for at in _likest(all_facts, yes, could, number, rng):
            chosen[at].append((claim, False))
            spent[at] += 1
        for at in rng.sample(yes, number):
            chosen[at].append((claim, True))


def _deniable(
    all_facts: Sequence[Facts],
    claim: Claim,
    pool: list[int],
    spent: Counter[int],
    enough: int,
    rng: random.Random,
) -> list[int]:
    """Pictures, `enough` at most, that may be denied a claim and did not get too many denials."""
    found: list[int] = []
    for at in rng.sample(pool, len(pool)):
        if spent[at] < MOST_NO[bool(all_facts[at].captions)] and denies(all_facts[at], claim):
            found.append(at)
            if len(found) == enough:
                break
    return found


def _likest(
    all_facts: Sequence[Facts], yes: list[int], could: list[int], number: int, rng: random.Random
) -> list[int]:
    """Of the pictures that could be denied it, so many, mostly those with the same other things."""
    beside = Counter(word for at in yes for word in all_facts[at].words)
    usual = Counter(word for at in could for word in all_facts[at].words)
    worth = {w: n / len(yes) / (1 + usual[w] / len(could) * 5) for w, n in beside.items()}
    score = {
        at: math.fsum(worth.get(w, 0.0) for w in all_facts[at].words) + rng.random() * 0.05
        for at in could
    }
    ranked = sorted(could, key=lambda at: -score[at])
    hard = rng.sample(
        ranked[: max(number, len(ranked) // 4)], min(len(could), round(number * HARD_SHARE))
    )
    rest = [at for at in could if at not in set(hard)]
    return hard + rng.sample(rest, number - len(hard))
