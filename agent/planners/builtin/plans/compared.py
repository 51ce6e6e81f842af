"""Plans "Is this a kitchen?" and "Is it foggy?": the picture is compared with all of that kind.

Where another place or weather fits much better, the answer is no; where the one that was asked for
fits best, it is yes. What lies between is left to the next plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Part
from agent.grounding.scene_questions import scene_asked_for
from agent.planners.builtin.plans.asked import asked_of
from agent.planners.builtin.plans.kinds import Turn, said
from tools.evidence import Evidence
from tools.words.compared_scenes import Compared

MATCH = "match_text"
CLEARLY = 1.5
"""Log-odds between two scenes, each the mean of its phrases; about where most are right."""
_LEAST = 1e-6


def compared_turn(
    messages: Sequence[BaseMessage],
    tools: Sequence[dict[str, Any]],
    when: Callable[[Part, Language], bool],
) -> Turn | None:
    """The comparison, then yes or no; None for other questions, or where neither is clear."""
    asked = asked_of(messages, tools, MATCH)
    scene = scene_asked_for(asked.part.text) if asked is not None else None
    if asked is None or scene is None or asked.is_refused or not when(asked.part, asked.language):
        return None
    if asked.seen:
        return _decided(scene, asked.seen[-1].evidence or [], asked.language)
    candidates = [phrase for one in (scene, *scene.rivals()) for phrase in one.phrases]
    look = {"picture": asked.picture, "candidates": candidates, "region": None}
    return Turn(((MATCH, look),))


def _decided(scene: Compared, evidence: Sequence[Evidence], language: Language) -> Turn | None:
    best = next((e for e in evidence if e.status == "found"), None)
    fits = {e.label: _log_odds(e) for e in evidence}
    if best is None or not all(p in fits for one in (scene, *scene.rivals()) for p in one.phrases):
        return None
    ahead = _fit(scene, fits) - max(_fit(rival, fits) for rival in scene.rivals())
    is_it = best.label in scene.phrases
    if ahead > 0 and is_it:
        return said(*_answer(best.id, language, is_it=True))
    if ahead < -CLEARLY and not is_it:
        return said(*_answer(best.id, language, is_it=False))
    return None


def _fit(scene: Compared, fits: dict[str | None, float]) -> float:
    return sum(fits[phrase] for phrase in scene.phrases) / len(scene.phrases)


def _log_odds(e: Evidence) -> float:
    """How well a phrase fits; of one that does not, the score says how surely it does not."""
    fit = 1 - e.score if e.status == "none" else e.score
    fit = min(max(fit, _LEAST), 1 - _LEAST)
    return log(fit / (1 - fit))


def _answer(cited: str, language: Language, *, is_it: bool) -> tuple[str, str]:
    if language == "en":
        word = "yes" if is_it else "no"
        return f"{word.capitalize()}, it looks like {{{cited}.label}} [{cited}].", word
    begin, word = ("是的", "是") if is_it else ("不是", "不是")
    return f"{begin}，看起来像{{{cited}.label}} [{cited}]。", word
