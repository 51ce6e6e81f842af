"""The text encoder's recipe: what it is taught in two languages, and how."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.fakes.power_cuts import interrupted
from tools.errors import InputError
from tools.networks.text_config import TextConfig
from tools.networks.text_encoder import TextEncoder
from tools.networks.text_network import TextNetwork
from training.text_encoder import card, english, finish, noise
from training.text_encoder.corpus import WRITTEN, Corpus
from training.text_encoder.finish import HELD_OUT
from training.text_encoder.invent import Inventor
from training.text_encoder.lexicon import Lexicon, rows
from training.text_encoder.teacher import Teacher
from training.text_encoder.train import Lessons, fit, losses, tokenizer_of
from training.text_encoder.translate import translations

CPU = torch.device("cpu")
ENGLISH = ("a red ball", "a blue ball", "a dog", "a cat", "it rains", "it snows")
CHINESE = ("红球", "蓝球", "狗", "猫", "下雨", "下雪")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon()


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """Each English sentence and its Chinese twin belong at one place."""
    targets = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 6)))[0].T.astype(np.float16)
    return Lessons(ENGLISH + CHINESE, targets, np.array([*range(6), *range(6)]))


def taught(
    work: Path, lessons: Lessons, steps: int, log: Callable[[str], None] = print
) -> TextNetwork:
    tokenizer = tokenizer_of(work, lessons.texts, 400, 12)
    torch.manual_seed(0)
    config = TextConfig(vocabulary=tokenizer.get_vocab_size(), width=16, heads=2, layers=1,
                        feed=16, longest=12, dimensions=8, dropout=0.1)  # fmt: skip
    network = TextNetwork(config)
    fit(network, tokenizer, lessons, CPU, work, steps=steps, every=5, size=12, log=log)
    return network.eval()


def loss(network: TextNetwork, lessons: Lessons, work: Path) -> float:
    tokenizer = tokenizer_of(work, lessons.texts, 400, 12)
    found = tokenizer.encode_batch(list(lessons.texts))
    ids, mask = (
        torch.tensor([f.ids for f in found]),
        torch.tensor([f.attention_mask for f in found]),
    )
    with torch.inference_mode():
        _, pooled = network(ids, mask.bool())
    far, _ = losses(pooled, torch.from_numpy(lessons.targets[lessons.places].astype(np.float32)))
    return float(far)


def test_it_learns_where_sentences_of_both_languages_lie(tmp_path: Path, lessons: Lessons) -> None:
    before, after = taught(tmp_path / "a", lessons, 0), taught(tmp_path / "b", lessons, 150)
    assert loss(after, lessons, tmp_path / "b") < 0.6 * loss(before, lessons, tmp_path / "a")


def test_it_goes_on_bit_for_bit(tmp_path: Path, lessons: Lessons) -> None:
    whole = taught(tmp_path / "whole", lessons, 12).state_dict()
    networks: list[TextNetwork] = []

    def train(options: argparse.Namespace, log: Callable[[str], None]) -> None:
        networks.append(taught(tmp_path / "cut", lessons, 12, log))

    lines = interrupted(train, argparse.Namespace(), stops=1)
    assert len(lines) == 3, "a line every five steps, and the last"
    again = networks[-1].state_dict()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_the_loss_is_least_where_the_teacher_is() -> None:
    targets = torch.nn.functional.normalize(
        torch.randn(5, 8, generator=torch.manual_seed(1)), dim=1
    )
    there, elsewhere = losses(targets, targets), losses(targets.roll(1, 0), targets)
    assert [round(float(part), 5) for part in there] == [0, 0]
    assert all(part > 0.1 for part in elsewhere)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Is it raining?", "雨"),
        ("How many dogs are on the beach?", "狗"),
        ("What color is the woman's hat?", "颜色"),
        ("A man is riding a horse.", "马"),
        ("What is the cat doing? sleeping", "睡觉"),
        ("in the snow", "雪"),
    ],
)
def test_the_grammar_says_it_in_chinese(lexicon: Lexicon, said: str, expected: str) -> None:
    found = translations(lexicon, said, random.Random(0))
    assert found
    assert all(expected in chinese for chinese in found)
    assert not any("{" in chinese for chinese in found)


@pytest.mark.parametrize("said", ["", "?", "qwxz", "How now brown quux?", "🐶", "is is is"])
def test_what_the_grammar_cannot_read_is_not_translated(lexicon: Lexicon, said: str) -> None:
    assert translations(lexicon, said, random.Random(0)) == []


def test_made_up_sentences_are_whole_in_both_languages(lexicon: Lexicon) -> None:
    inventor = Inventor(lexicon, random.Random(0))
    made = [inventor.sentence() for _ in range(300)]
    assert len(set(made)) > 250
    for text, chinese in made:
        assert text.isascii()
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
        assert not {"{", "}", "…"} & set(text + chinese)


def test_statements_say_what_question_and_answer_say() -> None:
    def said(question: str, answer: str) -> list[str]:
        return [s for s in english.statements(question, {answer: 9}) if not s.startswith(question)]

    assert said("Is it raining?", "yes") == ["It is raining."]
    assert said("Is the red car parked?", "no") == ["The red car is not parked."]
    assert said("What color is the bus?", "red") == ["The bus is red."]
    assert said("Is this a kitchen?", "yes") == ["This is a kitchen."]
    assert said("Why?", "yes") == []


def test_what_measures_does_not_teach() -> None:
    written = {text.casefold() for row in rows(WRITTEN) for text in row}
    apart = [text.casefold() for row in rows(HELD_OUT) for text in row]
    assert len(apart) == 200
    assert not written & set(apart)


def test_slips_leave_most_of_a_sentence() -> None:
    chance = random.Random(0)
    text = "Is the man wearing a hat?"
    changed = [noise.changed(text, chance) for _ in range(200)]
    assert 40 < changed.count(text) < 180
    assert all(abs(len(c) - len(text)) <= 2 for c in changed)
    assert all(noise.changed(t, chance) in (t, t.rstrip("?")) for t in ("", "?", "ab?"))


def test_the_teacher_is_the_published_one_or_none(tmp_path: Path) -> None:
    teacher = Teacher(tmp_path / "parts", tmp_path / "work", CPU)
    with pytest.raises(InputError, match="make train-text-encoder fetches it"):
        teacher.vectors(["a dog"])
    teacher.folder.mkdir(parents=True)
    (teacher.folder / "model.safetensors").write_bytes(b"another")
    with pytest.raises(InputError, match="not the published file"):
        teacher.vectors(["a dog"])


class KnownTeacher(Teacher):
    """Puts each sentence somewhere, always the same place."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float16]:
        drawn = [np.random.default_rng(list(text.encode())).normal(size=8) for text in texts]
        return np.array([v / np.linalg.norm(v) for v in drawn], np.float16)


def test_what_is_written_is_what_was_trained(tmp_path: Path, lessons: Lessons) -> None:
    network = taught(tmp_path, lessons, 5)
    tokenizer = tokenizer_of(tmp_path, lessons.texts, 400, 12)
    known = Corpus(lessons.texts, ENGLISH * 2, ("a dog", "a cat"), (), (("a dog", "狗"),))
    teacher = KnownTeacher(tmp_path / "parts", tmp_path, CPU)
    figures = finish.write(network, tokenizer, known, teacher, tmp_path / "out", "5 steps")
    encoder = TextEncoder(tmp_path / "out", "cpu")
    ids, mask = encoder.ids(CHINESE)
    with torch.inference_mode():
        _, pooled = network(torch.from_numpy(ids), torch.from_numpy(mask))
    np.testing.assert_allclose(encoder.encode(CHINESE), pooled.numpy(), atol=5e-3)
    assert encoder.config.dropout == 0
    assert 0 <= figures["found, questions"] <= 1
    assert "6 of them Chinese" in (tmp_path / "out" / "MODEL_CARD.md").read_text()


def test_the_card_keeps_what_others_wrote(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_bytes(b"0")
    (tmp_path / "MODEL_CARD.md").write_text("# Card\n\nIntro.\n\n## Other\n\nTheirs.\n")
    known = Corpus((), (), (), (), ())
    figures = {"cosine, questions": 0.91, "found, questions": 0.8}
    for steps in ("1 step", "2 steps"):
        card.write(tmp_path, TextConfig(vocabulary=9), figures, known, steps)
    text = (tmp_path / "MODEL_CARD.md").read_text()
    assert text.count("## Text encoder") == text.count("## Other") == 1
    assert "Theirs." in text
    assert "2 steps" in text
    assert "1 step " not in text
    assert "| questions | 0.910 | 80.0 | – |" in text
