"""Train the heads on vectors of frozen encoders: minutes on a CPU.

What people answer without looking is learnt from their questions whose pictures nobody has; what
looking adds, from generated questions about photographs; the space, from captions and statements.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tools.networks.text_encoder import TextEncoder
from training.common.progress import say
from training.fusion.answers import shares_of, vocabulary
from training.fusion.built_in.heads import Heads
from training.fusion.built_in.student import is_kept
from training.fusion.data import LANGUAGES, SEED, Question, unseen
from training.fusion.losses import ClipLoss, SoftAnswerLoss
from training.fusion.questions import generate, statements

ANSWERS = 1500
KEPT_QUESTIONS = 3000
"""Of those without pictures: for calibration and figures."""
MADE_SHARE = 0.15
"""Generated questions among those that are answered without looking: people ask "Is this a
kitchen?" of kitchens, generated questions as often of others."""
KEPT_SCENES = 10
"""Of a hundred photographs of places and weather; the student saw them, unlabelled."""
BATCH, TOGETHER = 512, 384
RATE = 1.5e-3
STATED = 0.3
"""What statements weigh beside captions."""
JITTER = 0.3
"""Of the length of a picture's vector: chance that is added, as encoders differ."""


@dataclass(frozen=True)
class Lessons:
    """What the heads learn from, and what is kept from them."""

    prior: list[Question]
    kept_prior: list[Question]
    made: list[Question]
    kept_made: list[Question]
    said: dict[str, list[str]]
    """Of each photograph, people's captions."""
    stated: dict[str, list[str]]
    kept_said: dict[str, list[str]]
    kept_stated: dict[str, list[str]]

    def texts(self) -> Iterator[str]:
        """Whatever is asked or said, with repetitions."""
        for group in (self.prior, self.kept_prior, self.made, self.kept_made):
            yield from (question.text for question in group)
        for sentences in (self.said, self.stated, self.kept_said, self.kept_stated):
            for few in sentences.values():
                yield from few


def is_held_out(name: str) -> bool:
    """Whether a photograph is kept from the heads."""
    share = hashlib.sha256(name.encode()).digest()[0] * 100 // 256
    return is_kept(name) or (name.startswith("scenes/") and share < KEPT_SCENES)


def read_lessons(data: Path, pictures: Sequence[str]) -> Lessons:
    """Read and make them; about these photographs only."""
    rows = list(unseen(data))
    order = np.random.RandomState(SEED).permutation(len(rows))
    prior, allowed = [rows[at] for at in order], set(pictures)
    made = [
        Question(asked.question, asked.answers, asked.image, asked.kind, asked.language)
        for language in LANGUAGES
        for asked in generate(data, language, SEED)
        if asked.image in allowed
    ]
    said, stated = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for folder in ("captions", "photos"):
        for line in (data / folder / "captions.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if (name := f"{folder}/{row['image']}") in allowed:
                said[name] += row["captions"]
    for language in LANGUAGES:
        for one in statements(data, language, SEED):
            if one.image in allowed:
                stated[one.image].append(one.text)
    return Lessons(
        prior=prior[KEPT_QUESTIONS:],
        kept_prior=prior[:KEPT_QUESTIONS],
        made=[q for q in made if not is_held_out(str(q.picture))],
        kept_made=[q for q in made if is_held_out(str(q.picture))],
        said=_part(said, held_out=False),
        stated=_part(stated, held_out=False),
        kept_said=_part(said, held_out=True),
        kept_stated=_part(stated, held_out=True),
    )


def _part(group: Mapping[str, list[str]], *, held_out: bool) -> dict[str, list[str]]:
    return {name: few for name, few in group.items() if is_held_out(name) == held_out}


@dataclass(frozen=True)
class Vectors:
    """Vectors of texts and pictures, looked up."""

    text_rows: Mapping[str, int]
    text_vectors: torch.Tensor
    picture_rows: Mapping[str, int]
    picture_vectors: torch.Tensor

    def texts(self, texts: Sequence[str]) -> torch.Tensor:
        """float32 (n, dimensions)."""
        return self.text_vectors[[self.text_rows[text] for text in texts]]

    def pictures(self, names: Sequence[str]) -> torch.Tensor:
        """float32 (n, dimensions)."""
        return self.picture_vectors[[self.picture_rows[name] for name in names]]


def vectors_of(
    texts: Sequence[str], encoder: TextEncoder, names: Sequence[str], seen: torch.Tensor
) -> Vectors:
    """Encode the texts, each once; the pictures were."""
    once = list(dict.fromkeys(texts))
    say(f"encoding {len(once)} texts …")
    found = torch.from_numpy(encoder.encode(once))
    rows = {text: at for at, text in enumerate(once)}
    return Vectors(rows, found, {name: at for at, name in enumerate(names)}, seen)


def learn(lessons: Lessons, vectors: Vectors, seed: int = 0) -> tuple[Heads, list[str]]:
    """Train all heads; they and the answers in their order."""
    torch.manual_seed(seed)
    people = [q.answers for q in lessons.prior]
    answers = vocabulary([*people, *(q.answers for q in lessons.made[::4])], ANSWERS)
    heads = Heads(vectors.text_vectors.mean(0), vectors.picture_vectors.shape[1], len(answers))
    numbers = {answer: number for number, answer in enumerate(answers)}
    chance, loss = np.random.RandomState(seed), SoftAnswerLoss()

    def drawn(questions: Sequence[Question], count: int = BATCH) -> list[Question]:
        return [questions[at] for at in chance.randint(0, len(questions), count)]

    def without_looking() -> torch.Tensor:
        made = int(MADE_SHARE * BATCH)
        few = drawn(lessons.prior, BATCH - made) + drawn(lessons.made, made)
        logits = heads.prior(heads.of_texts(vectors.texts([q.text for q in few])))
        found: torch.Tensor = loss(logits, shares_of([q.answers for q in few], numbers))
        return found

    def looking() -> torch.Tensor:
        few = drawn(lessons.made)
        shares = shares_of([q.answers for q in few], numbers)
        asked = heads.of_texts(vectors.texts([q.text for q in few]))
        seen = heads.of_pictures(_jittered(vectors.pictures([str(q.picture) for q in few])))
        found: torch.Tensor = loss(heads.made_prior(asked) + heads.fused(asked, seen), shares)
        return found

    steps = int(6 * len(lessons.prior) / (1 - MADE_SHARE)) // BATCH
    fit("prior", heads.prior, without_looking, steps, 0.01)
    both = nn.ModuleList([heads.made_prior, heads.fused])
    fit("fused", both, looking, 4 * len(lessons.made) // BATCH, 0.02)
    fit("space", heads.space, _meeting(heads, lessons, vectors, chance), 600, 0.05)
    with torch.no_grad():
        heads.eval().mean_image = nn.Buffer(
            heads.space.images(heads.of_pictures(vectors.pictures(list(lessons.stated)))).mean(0)
        )
    return heads, answers


def fit(
    name: str, module: nn.Module, loss: Callable[[], torch.Tensor], steps: int, decay: float
) -> None:
    """Take the steps: AdamW, one cycle of the rate."""
    optimizer = torch.optim.AdamW(module.parameters(), RATE, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
    module.train()
    for step in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % 200 == 0:
            say(f"{name} {step}/{steps} {float(value.detach()):.3f}")


def _meeting(
    heads: Heads, lessons: Lessons, vectors: Vectors, chance: np.random.RandomState
) -> Callable[[], torch.Tensor]:
    """The loss of captions and statements with pictures of a batch."""
    loss, known = ClipLoss(), {name: set(few) for name, few in lessons.stated.items()}

    def one_each(said: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
        every = list(said)
        few = [every[at] for at in chance.permutation(len(every))[:TOGETHER]]
        return few, [said[name][chance.randint(len(said[name]))] for name in few]

    def vectors_in_space(names: list[str], texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        seen = heads.of_pictures(_jittered(vectors.pictures(names)))
        return heads.space.images(seen), heads.space.texts(heads.of_texts(vectors.texts(texts)))

    def both() -> torch.Tensor:
        scale = heads.space.scale.exp()
        captioned: torch.Tensor = loss(*vectors_in_space(*one_each(lessons.said)), scale)
        names, texts = one_each(lessons.stated)
        images, sentences = vectors_in_space(names, texts)
        # A statement may hold of several pictures of the batch; it is to find any of them.
        holds = torch.tensor([[float(text in known[name]) for name in names] for text in texts])
        shares = holds / holds.sum(1, keepdim=True)
        found = (scale * sentences @ images.T).log_softmax(1)
        return captioned - STATED * (shares * found).sum(1).mean()

    return both


def _jittered(seen: torch.Tensor) -> torch.Tensor:
    moved = seen + JITTER * torch.randn_like(seen) / seen.shape[1] ** 0.5
    return nn.functional.normalize(moved, dim=1)
