"""Questions: who may see which, what they may become, and what their answers are worth."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch

from tools.errors import InputError
from training.fusion.answers import shares_of, vocabulary
from training.fusion.data import Question, evenly, read_pairs, read_questions
from training.fusion.drawing import Drawing, wordings
from training.fusion.paraphrases import paraphrases
from training.fusion.recipe import Recipe


def test_no_photograph_is_learnt_from_and_measured_on(places: dict[str, Path]) -> None:
    found = read_questions(places["data"], 1000, 50, 100)
    groups = [found.training, found.stopping, found.measured, found.people]
    pictures = [{q.picture for q in group} for group in groups]
    assert all(pictures)
    assert sum(map(len, pictures)) == len(set.union(*pictures)) == len(found.pictures)
    assert {q.picture for q in found.prior} == {None}
    assert len(found.prior) == 50
    assert found.people[0].answers == {"no": 9, "yes": 1}
    assert {q.language for q in found.training} == {"en", "zh"}


def test_a_limit_takes_as_many_of_each_photograph(places: dict[str, Path]) -> None:
    every = read_questions(places["data"], 1000, 0, 100).training
    some = evenly(every, 150)
    assert some == evenly(every, 150)
    counts = Counter(q.picture for q in some)
    full = Counter(q.picture for q in every)
    assert len(some) == 150
    assert set(counts) == set(full)
    most = max(counts.values())
    assert all(count >= min(most - 1, full[picture]) for picture, count in counts.items())


def test_pairs_are_captions_and_labels_in_words(places: dict[str, Path]) -> None:
    pairs = read_pairs(places["data"], ["captions/images/001.png", "nowhere.png"])
    assert list(pairs) == ["captions/images/001.png"]
    said = pairs["captions/images/001.png"]
    assert "A blue dog is on the grass." in said
    assert any("狗" in sentence for sentence in said)


def test_a_folder_without_photographs(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_questions(tmp_path, 10, 10, 10)


def test_the_vocabulary_counts_each_question_once() -> None:
    given = [{"yes": 9, "no": 1}, {"no": 0.95, "yes": 0.05}, {"no": 1.0}, {"red": 10}, {"blue": 10}]
    assert vocabulary(given, 9) == ["no", "blue", "red", "yes"]
    assert vocabulary(given, 2) == ["no", "blue"]
    shares = shares_of([{"yes": 9, "maybe": 1}, {"maybe": 1}], {"no": 0, "yes": 1})
    assert torch.allclose(shares, torch.tensor([[0.0, 0.9], [0.0, 0.0]]))


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Is there a dog?", "Do you see a dog?"),
        ("Are there any trees?", "Can you see trees?"),
        ("What color is the car?", "What is the color of the car?"),
        ("How many dogs are there?", "What is the number of dogs?"),
        ("图中有狗吗？", "图中有没有狗？"),
        ("狗是什么颜色的？", "狗是哪种颜色的？"),
    ],
)
def test_the_same_is_asked_in_other_words(question: str, other: str) -> None:
    assert other in paraphrases(question)
    assert question not in paraphrases(question)
    assert wordings(question)[0] == question


def test_what_no_pattern_fits_stays_as_it_is() -> None:
    assert paraphrases("Why?") == []
    assert wordings("Why?") == ["Why?"]


LEFT = Question("Is the dog on the left or on the right?", {"left": 1.0}, "a.png")


def drawn(recipe: Recipe, number: int, prior: list[Question]) -> object:
    pairs = {"a.png": ["a dog on the left"], "b.png": ["a cat", "a cat on the right"]}
    numbers = {"left": 0, "right": 1}
    other = Question("Where is the cat?", {"right": 1.0}, "b.png")
    return Drawing(recipe, [LEFT, other], prior, pairs, numbers).step(number)


def test_a_step_depends_on_seed_and_number_alone() -> None:
    prior = [Question(f"Is it {n}?", {"left": 1.0}) for n in range(9)]
    recipe = Recipe(pictures=2, augment=True)
    one, again, other = (drawn(recipe, number, prior) for number in (3, 3, 4))
    assert one.batch.questions == again.batch.questions
    assert one.batch.mirrored == again.batch.mirrored
    assert torch.equal(one.shares, again.shares)
    assert one.pairs == again.pairs
    assert one.batch.questions != other.batch.questions
    assert one.batch.picture_of.tolist().count(-1) == 2, "as many without a picture as with one"


def test_left_and_right_are_exchanged_where_the_picture_is_mirrored() -> None:
    seen = set()
    for number in range(30):
        step = drawn(Recipe(pictures=2, augment=True), number, [])
        at = step.batch.pictures.index("a.png")
        row = step.batch.picture_of.tolist().index(at)
        is_turned = step.batch.mirrored[at]
        assert step.shares[row].tolist() == ([0, 1] if is_turned else [1, 0])
        first = step.batch.questions[row].index("right" if is_turned else "left")
        assert first < step.batch.questions[row].index("left" if is_turned else "right")
        seen.add(is_turned)
        sentence = dict(zip(step.pairs.pictures, step.pairs.sentences, strict=True))["a.png"]
        turned = step.pairs.mirrored[step.pairs.pictures.index("a.png")]
        assert sentence == f"a dog on the {'right' if turned else 'left'}"
    assert seen == {True, False}
    plain = drawn(Recipe(pictures=2), 0, [])
    assert not any(plain.batch.mirrored)
    assert plain.batch.chance is None
