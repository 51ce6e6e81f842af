"""The detector's photographs: whose labels hold, and what is never trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.labelled import photographs
from training.detector.data import UNKNOWN, WEIGHTS, is_validation, labelled, split

PERSON, CAR, DOG = 0, 2, 16


def trained_name(prefix: str) -> str:
    """A name that is not kept for validation."""
    return next(n for n in (f"{prefix}{k}.png" for k in range(99)) if not is_validation(Path(n)))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Photographs of a person or a car, both labelled wherever they are, and nothing else."""
    photographs(
        tmp_path / "voc", [[(PERSON, 0.5, 0.5, 0.4, 0.4)], [(CAR, 0.5, 0.5, 0.4, 0.4)]] * 20
    )
    return tmp_path


def teach(root: Path, boxes_of: dict[str, list[list[float]]]) -> None:
    """Write the teacher's labels: class, x1, y1, x2, y2, score."""
    (root / "teacher").mkdir()
    rows = [json.dumps({"image": image, "boxes": boxes}) for image, boxes in boxes_of.items()]
    (root / "teacher" / "labels.jsonl").write_text("\n".join(rows) + "\n")


def training_row(root: Path, image: str) -> Any:
    return next(row for rows in labelled(root) for row in rows if row.file == root / image)


def test_what_is_kept_for_validation_is_never_trained_on(data: Path) -> None:
    training, kept = split(data)
    files = [{p.file for folder in part for p in folder.photographs} for part in (training, kept)]
    assert not files[0] & files[1]
    assert len(files[0]) + len(files[1]) == 40
    assert files[1] == {file for file in files[0] | files[1] if is_validation(file)} != set()
    assert {row.file for rows in labelled(data) for row in rows} == files[0]


def test_about_a_tenth_is_kept() -> None:
    kept = sum(is_validation(Path(f"{number:06}.jpg")) for number in range(5000))
    assert 400 < kept < 600


def test_pictures_that_the_agent_is_measured_on_are_never_trained_on(data: Path) -> None:
    measured = next(p.file for f in split(data)[0] for p in f.photographs)
    (data / "vqa_dev").mkdir()
    question = {"image": f"photos/images/{measured.name}", "question": "Is it a car?"}
    (data / "vqa_dev" / "questions.jsonl").write_text(json.dumps(question) + "\n")
    teach(data, {f"voc/images/{measured.name}": [[DOG, 0.1, 0.1, 0.5, 0.5, 0.9]]})
    assert measured not in {row.file for rows in labelled(data) for row in rows}
    assert measured in {p.file for f in split(data)[1] for p in f.photographs}


def test_where_people_looked_the_teacher_is_not_heard(data: Path) -> None:
    image = next(p.file for f in split(data)[0] for p in f.photographs if p.classes[0] == PERSON)
    name = f"voc/images/{image.name}"
    teach(data, {name: [[CAR, 0.1, 0.1, 0.5, 0.5, 0.9], [PERSON, 0.0, 0.0, 0.2, 0.2, 0.9],
                        [DOG, 0.2, 0.4, 0.6, 0.8, 0.7]]})  # fmt: skip
    row = training_row(data, name)
    assert row.classes.tolist() == [PERSON, DOG], "no car was seen by a person"
    assert row.levels.tolist() == [0, 1]
    assert row.boxes_cxcywh[0].tolist() == pytest.approx([0.5, 0.5, 0.4, 0.4])
    assert row.boxes_cxcywh[1].tolist() == pytest.approx([0.4, 0.6, 0.4, 0.4])
    assert row.covered == frozenset(range(80)), "and of all other classes the teacher saw none"


def test_without_a_teacher_only_the_labelled_classes_are_covered(data: Path) -> None:
    assert {row.covered for rows in labelled(data) for row in rows} == {frozenset({PERSON, CAR})}


@pytest.mark.parametrize(
    ("score", "level"),
    [(0.95, 1), (0.6, 1), (0.59, 2), (0.4, 2), (0.39, 3), (0.25, 3), (0.24, UNKNOWN)],
)
def test_a_label_is_worth_what_the_teachers_score_says(
    data: Path, score: float, level: int
) -> None:
    image = split(data)[0][0].photographs[0].file
    name = f"voc/images/{image.name}"
    teach(data, {name: [[DOG, 0.2, 0.4, 0.6, 0.8, score]]})
    assert training_row(data, name).levels.tolist() == [0, level]
    assert WEIGHTS[0] == 1 > WEIGHTS[1] > WEIGHTS[2] > WEIGHTS[3] > WEIGHTS[UNKNOWN] == 0


def test_boxes_are_clipped_and_slivers_left_out(data: Path) -> None:
    image = split(data)[0][0].photographs[0].file
    name = f"voc/images/{image.name}"
    teach(data, {name: [[DOG, -0.2, 0.5, 0.2, 1.3, 0.9], [DOG, 0.999, 0.1, 1.4, 0.9, 0.9]]})
    row = training_row(data, name)
    assert row.classes[1:].tolist() == [DOG]
    assert row.boxes_cxcywh[1].tolist() == pytest.approx([0.1, 0.75, 0.2, 0.5])


def test_photographs_that_only_the_teacher_saw_are_a_group_of_their_own(data: Path) -> None:
    source = split(data)[0][0].photographs[0].file
    name = trained_name("caption")
    (data / "captions" / "images").mkdir(parents=True)
    (data / "captions" / "images" / name).write_bytes(source.read_bytes())
    teach(data, {f"captions/images/{name}": [[DOG, 0.2, 0.4, 0.6, 0.8, 0.3]]})
    groups = labelled(data)
    assert [len(rows) for rows in groups[1:]] == [1]
    assert groups[1][0].classes.tolist() == [DOG]
    assert groups[1][0].covered == frozenset(range(80))
