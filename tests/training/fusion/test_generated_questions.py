"""Questions made from captions, boxes and labels: what is asked, what is answered, what never is."""

from __future__ import annotations

import json
import os
import random
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.labelled import photographs
from training.fusion.questions import Asked, generate, split_of, statements
from training.fusion.questions.balance import balanced
from training.fusion.questions.facts import Facts
from training.fusion.questions.sources import photographs as known
from training.fusion.questions.wording import Language

ROOT = Path(__file__).parents[3]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PERSON, DOG, FRISBEE, CUP = 0, 16, 29, 41
DOG_CAPTIONS = [
    "A black dog runs on the grass with a frisbee in its mouth .",
    "A black dog running through the grass with a red frisbee .",
    "A dog is running in a park .",
    "The black dog carries a frisbee .",
    "A dog with a frisbee .",
]
MAN_CAPTIONS = [
    "A man in a red jacket and a blue hat is sitting on a wooden bench .",
    "A man wearing a red jacket sits on a bench in the snow .",
    "A man sits outside on a bench in the snow .",
    "A man with a hat is reading a newspaper on a bench .",
    "The man reads on a snowy day while it is snowing .",
]
GIRLS_CAPTIONS = [
    "Two girls are playing soccer on a field .",
    "Two girls in green shirts play soccer .",
    "Two young girls kick a soccer ball on the grass .",
    "Two girls playing soccer outside .",
    "Two girls run after a ball .",
]
KITCHEN_CAPTIONS = [
    "A woman is cooking in a kitchen .",
    "A woman in a white apron cooks in her kitchen .",
    "A woman cooking food on a stove in a kitchen .",
    "A woman stands in the kitchen .",
    "A woman in a white apron holding a pan .",
]
CAPTIONS = (DOG_CAPTIONS, MAN_CAPTIONS, GIRLS_CAPTIONS, KITCHEN_CAPTIONS)


def write_lines(file: Path, rows: list[dict[str, object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return drawn(tmp_path)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Asked]]:
    """By language, what is asked over a few seeds: wordings and choices vary."""
    folder = drawn(tmp_path_factory.mktemp("data"))
    return {
        language: [asked for seed in range(4) for asked in generate(folder, language, seed)]
        for language in LANGUAGES
    }


def drawn(tmp_path: Path) -> Path:
    """Boxed dogs and cups; four captioned photographs; two with places, two with weather."""
    dog, cup = (DOG, 0.2, 0.5, 0.3, 0.4), (CUP, 0.8, 0.5, 0.2, 0.3)
    photographs(tmp_path / "voc", [[dog], [cup], [dog, cup], [], [dog, (DOG, 0.7, 0.5, 0.2, 0.2)]])
    captions = [{"image": f"images/{n:02}.jpg", "captions": CAPTIONS[n % 4]} for n in range(8)]
    write_lines(tmp_path / "captions" / "captions.jsonl", captions)
    boxes = {0: [[DOG, 0.1, 0.2, 0.4, 0.9, 0.9]], 1: [[PERSON, 0.3, 0.1, 0.7, 0.9, 0.8]]}
    write_lines(
        tmp_path / "teacher" / "labels.jsonl",
        [{"image": f"captions/images/{n:02}.jpg", "boxes": boxes.get(n % 4, [])} for n in range(8)],
    )
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "labels.csv").write_text(
        "image,kind,label\nimages/k.jpg,scene,kitchen\nimages/c.jpg,scene,coast\n"
        "images/r.jpg,weather,rainy\nimages/s.jpg,weather,sunny\n"
    )
    return tmp_path


def best(answers: dict[str, float]) -> str:
    return max(answers, key=lambda answer: answers[answer])


def answers_of(asked: list[Asked], image: str, kind: str) -> dict[str, str]:
    """Question → best answer."""
    return {a.question: best(a.answers) for a in asked if (a.image, a.kind) == (image, kind)}


@pytest.mark.parametrize(
    ("image", "language", "kind", "question", "answer"),
    [
        (0, "en", "animal", "What animal is this?", "dog"),
        (0, "en", "colour", "What color is the dog?", "black"),
        (0, "en", "colour", "What color is the frisbee?", "red"),
        (0, "en", "doing", "What is the dog doing?", "running"),
        (0, "en", "mouth", "What is in the dog's mouth?", "frisbee"),
        (0, "en", "side", "Is the dog on the left or right?", "left"),
        (0, "en", "there", "Is there a frisbee?", "yes"),
        (1, "en", "colour of clothes", "What color is the man's jacket?", "red"),
        (1, "en", "doing", "What is the man doing?", "reading"),
        (1, "en", "material", "What is the bench made of?", "wood"),
        (1, "en", "on", "What is the man sitting on?", "bench"),
        (1, "en", "on head", "What is on the man's head?", "hat"),
        (1, "en", "season", "What season is it?", "winter"),
        (1, "en", "sex", "Is the person male or female?", "male"),
        (1, "en", "in or out", "Is this indoors or outdoors?", "outdoors"),
        (2, "en", "how many", "How many people are there?", "2"),
        (2, "en", "sport", "What sport is this?", "soccer"),
        (3, "en", "room", "What room is this?", "kitchen"),
        (3, "en", "in or out", "Is this indoors or outdoors?", "indoors"),
        (0, "zh", "colour", "狗是什么颜色的？", "black"),
        (0, "zh", "doing", "这只狗在做什么？", "running"),
        (1, "zh", "colour of clothes", "这个男人的夹克是什么颜色的？", "red"),
        (1, "zh", "on head", "这个男人头上戴着什么？", "hat"),
        (1, "zh", "weather", "天气怎么样？", "snowy"),
        (2, "zh", "sport", "这是什么运动？", "soccer"),
        (3, "zh", "where", "这是什么地方？", "kitchen"),
        (3, "zh", "gender", "这是男人还是女人？", "woman"),
    ],
)
def test_captions_become_questions_with_english_answers(
    asked: dict[str, list[Asked]], image: int, language: str, kind: str, question: str, answer: str
) -> None:
    answers = answers_of(asked[language], f"captions/images/{image:02}.jpg", kind)
    assert answers.get(question) == answer, answers


@pytest.mark.parametrize(
    ("image", "kind", "answer"),
    [
        ("scenes/images/r.jpg", "weather", "rainy"),
        ("scenes/images/c.jpg", "where", "beach"),
        ("scenes/images/k.jpg", "room", "kitchen"),
        ("voc/images/004.png", "how many", "2"),
        ("voc/images/001.png", "there", "yes"),
    ],
)
def test_places_weather_and_boxes_are_asked_about(
    asked: dict[str, list[Asked]], image: str, kind: str, answer: str
) -> None:
    assert answer in answers_of(asked["en"], image, kind).values()


def test_each_yes_or_no_question_is_yes_as_often_as_no(data: Path) -> None:
    """So that its words alone say nothing: of each thing asked about, on either side of the split."""
    all_facts = [Facts(photograph) for photograph in known(data)]
    counts: dict[object, Counter[bool]] = {}
    for at, claims in balanced(all_facts, random.Random(0)).items():
        for claim, holds in claims:
            split = all_facts[at].photograph.split
            counts.setdefault((split, claim), Counter())[holds] += 1
    assert len(counts) > 10
    assert all(count[True] == count[False] > 0 for count in counts.values())


def test_nothing_is_denied_that_a_caption_or_a_faint_box_may_mean(data: Path) -> None:
    faint = {"image": "captions/images/03.jpg", "boxes": [[DOG, 0.1, 0.1, 0.3, 0.3, 0.1]]}
    write_lines(data / "teacher" / "labels.jsonl", [faint])
    for seed in range(2):
        for asked in generate(data, "en", seed):
            if asked.image == "captions/images/03.jpg" and best(asked.answers) == "no":
                assert not {"dog", "dogs", "person", "woman", "animal"} & set(
                    asked.question.lower().strip("?").split()
                ), asked.question


def test_answers_are_shares_and_the_photograph_says_the_split(
    asked: dict[str, list[Asked]],
) -> None:
    for row in (*asked["en"], *asked["zh"]):
        assert sum(row.answers.values()) == pytest.approx(1, abs=0.01)
        assert all(answer.isascii() for answer in row.answers)
        assert row.split == split_of(row.image)


def test_about_a_sixth_validates() -> None:
    kept = sum(split_of(f"images/{number:06}.jpg") == "val" for number in range(4000))
    assert 600 < kept < 760


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_seed_asks_the_same_and_another_does_not(data: Path, language: Language) -> None:
    first, again, other = (list(generate(data, language, seed)) for seed in (1, 1, 2))
    assert first == again != other
    said, once_more = (list(statements(data, language, 1)) for _ in range(2))
    assert said == once_more


def test_pictures_that_the_agent_is_measured_on_are_never_asked_about(data: Path) -> None:
    measured = ["voc/images/000.png", "captions/images/00.jpg", "scenes/images/k.jpg"]
    rows: list[dict[str, object]] = [
        {"image": f"../{image}", "question": "?"} for image in measured
    ]
    write_lines(data / "vqa_dev" / "questions.jsonl", rows)
    for language in LANGUAGES:
        used = {asked.image for asked in generate(data, language, 0)}
        used |= {stated.image for stated in statements(data, language, 0)}
        assert used
        assert not used & set(measured)


def test_statements_have_an_english_twin(data: Path) -> None:
    chinese = [s for s in statements(data, "zh", 0) if s.image == "scenes/images/k.jpg"]
    twins = {(s.text, s.twin) for s in chinese}
    assert any("厨房" in text and "kitchen" in twin for text, twin in twins)
    english = list(statements(data, "en", 0))
    assert all(s.text == s.twin for s in english)
    assert "a kitchen" in {s.text for seed in range(3) for s in statements(data, "en", seed)}


def test_the_documented_command_writes_them(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^python -m (training\.fusion\.questions .*)$", page, re.MULTILINE)
    module, _, out = command.split()
    monkeypatch.setattr("sys.argv", [module, str(data), str(data / out)])
    runpy.run_module(module, run_name="__main__")
    assert "generated zh" in capsys.readouterr().out
    rows = [
        json.loads(line)
        for name in ("generated", "statements")
        for line in (data / out / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    fields = {field for row in rows for field in row} - {"language"}
    assert fields == {"image", "question", "text", "answers", "twin", "kind", "split"}
    assert all(f"`{field}`" in page for field in fields)


def test_another_process_asks_the_same(data: Path) -> None:
    """The order of a set differs between processes; nothing may hang on it."""
    script = (
        "import sys; from pathlib import Path; from training.fusion.questions import *\n"
        "for row in (*generate(Path(sys.argv[1]), 'en', 0), *statements(Path(sys.argv[1]), 'zh', 0)):"
        " print(ascii(row))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script, str(data)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0].count("\n") > 100
    assert told[0] == told[1]
