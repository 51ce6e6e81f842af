"""The detector's recipe: whose labels hold, what is drawn, what the loss sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.detector import Looks, Seen, Sight, Truth
from models.catalog import sha256_of
from tests.fakes.labelled import photographs
from tools.errors import InputError
from tools.networks.detector import BINS, STRIDES, NanoDetG, middles
from training.common import checkpoints, loop
from training.detector import batches, parts
from training.detector import data as labels_of
from training.detector import train as detector
from training.detector.data import UNKNOWN, WEIGHTS, is_validation, labelled, split
from training.detector.finish import ABSENT, LOWEST, choose_bars
from training.detector.loss import SoftDetectionLoss

PERSON, BICYCLE, CAR, DOG = 0, 1, 2, 16
CLASSES, SIDE = 3, 64


# --- whose labels hold -----------------------------------------------------------------------


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


# --- what is drawn ---------------------------------------------------------------------------


@given(epoch=st.integers(0, 10**6), count=st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_draws_are_places_and_the_same_each_time(epoch: int, count: int) -> None:
    factors = [[1.0, 2.5], [1.5, 1.0, 4.0]]
    drawn = batches.draws(factors, epoch, count)
    assert drawn == batches.draws(factors, epoch, count)
    assert len(drawn) == count
    assert all(0 <= at < len(factors[folder]) for folder, at, _ in drawn)


def test_rare_classes_are_drawn_more_often() -> None:
    def row(number: int, level: int = 0) -> labels_of.Labels:
        return labels_of.Labels(
            Path("x.png"), np.array([number]), np.array([level]), np.full((1, 4), 0.5),
            frozenset(range(4)),
        )  # fmt: skip

    rows = [row(PERSON)] * 97 + [row(BICYCLE), row(CAR), row(CAR, level=3)]
    (factors,) = batches.repeats([rows], 4)
    assert factors[0] == 1.0
    assert factors[97] == pytest.approx(np.sqrt(batches.RARE * 100))
    assert factors[99] == 1.0, "what is probably none does not count as one"
    drawn = batches.draws([[1.0, 3.0]], 0, 4000)
    share = sum(at == 1 for _, at, _ in drawn) / len(drawn)
    assert share == pytest.approx(0.75, abs=0.05)


def test_class_and_level_travel_as_one_number() -> None:
    classes, levels = np.array([0, 3, 79]), np.array([0, 2, UNKNOWN])
    code = labels_of.coded(classes, levels)
    assert (code // len(WEIGHTS)).tolist() == classes.tolist()
    assert (code % len(WEIGHTS)).tolist() == levels.tolist()


# --- what the loss sees ----------------------------------------------------------------------


def maps_for(logit: float = -2.0) -> list[torch.Tensor]:
    """Maps of one picture of 64 px that say the same everywhere: no class, edges two cells off."""
    edges = torch.zeros(4, BINS)
    edges[:, 2] = 6.0
    column = torch.cat([torch.full((CLASSES,), logit), edges.flatten()])
    return [column[None, :, None, None].repeat(1, 1, SIDE // s, SIDE // s) for s in STRIDES]


def batch_of(*things: tuple[int, int], covered: tuple[float, ...] = (1.0,) * CLASSES) -> Any:
    """Things of (class, level) in the middle of one picture, 32 × 32 pixels."""
    code = [[number * len(WEIGHTS) + level] for number, level in things]
    return {
        "batch_idx": torch.zeros(len(things)),
        "cls": torch.tensor(code, dtype=torch.float32).view(-1, 1),
        "bboxes": torch.tensor([[0.5, 0.5, 0.5, 0.5]] * len(things)).view(-1, 4),
        "covered": torch.tensor([covered]),
    }


def gradient(batch: Any, logit: float = -2.0) -> torch.Tensor:
    """Of the loss by the class logits of the finest map, (classes, 8, 8)."""
    maps = maps_for(logit)
    for level in maps:
        level.requires_grad_()
    SoftDetectionLoss(CLASSES)(maps, batch)[0].backward()  # type: ignore[no-untyped-call]
    assert maps[0].grad is not None
    return maps[0].grad[0, :CLASSES]


def test_things_are_raised_and_background_is_lowered() -> None:
    found = gradient(batch_of((1, 0)))
    assert found[1, 3:5, 3:5].max() < 0, "the loss falls where the class rises"
    assert found[1, 0].min() > 0
    assert found[0].min() > 0


def test_what_the_teacher_is_unsure_of_is_neither_thing_nor_background() -> None:
    found = gradient(batch_of((1, UNKNOWN)))
    assert found[1, 2:6, 2:6].abs().sum() == 0, "inside the box, of that class"
    assert found[1, 0].min() > 0, "outside it is background"
    assert found[0, 2:6, 2:6].min() > 0, "and it is no other class"


def test_an_unsure_box_does_not_hide_a_thing_that_is_known() -> None:
    alone, beside = gradient(batch_of((1, 0))), gradient(batch_of((1, 0), (1, UNKNOWN)))
    raised = alone[1] < 0
    assert raised.any()
    assert torch.equal(alone[1][raised], beside[1][raised])


def target_of(batch: Any) -> float:
    """What the best cell of the finest map is taught for class 1: where its loss is least."""
    for logit in np.linspace(-4, 4, 161):
        if gradient(batch, float(logit))[1].min() >= 0:
            return float(torch.tensor(logit).sigmoid())
    return 1.0


@pytest.mark.parametrize("level", range(1, UNKNOWN))
def test_a_label_counts_by_its_weight(level: int) -> None:
    sure = target_of(batch_of((1, 0)))
    assert sure > 0.1
    assert target_of(batch_of((1, level))) == pytest.approx(WEIGHTS[level] * sure, abs=0.015)


def perfect(number: int, box_xyxy: tuple[float, float, float, float]) -> list[torch.Tensor]:
    """Maps that say: this class wherever a cell's middle is in the box, with the box's edges."""
    maps = []
    for level, stride in zip(maps_for(-12.0), STRIDES, strict=True):
        at = middles(level, stride)
        low, high = torch.tensor(box_xyxy[:2]), torch.tensor(box_xyxy[2:])
        distance = (torch.cat([at - low, high - at], 1) / stride).clamp(0, BINS - 1.01)
        share = distance - distance.floor()
        bins = torch.zeros(*distance.shape, BINS)
        bins.scatter_(2, distance.floor().long()[..., None], (1 - share)[..., None])
        bins.scatter_(2, distance.floor().long()[..., None] + 1, share[..., None])
        edges = bins.clamp(min=1e-6).log().flatten(1).T.view(-1, *level.shape[-2:])
        level[0, CLASSES:] = edges
        inside = ((at > low) & (at < high)).all(1).view(level.shape[-2:])
        level[0, number, inside] = 12.0
        maps.append(level)
    return maps


def test_right_maps_cost_less_than_wrong_ones() -> None:
    loss, batch = SoftDetectionLoss(CLASSES), batch_of((1, 0))

    def cost(maps: list[torch.Tensor]) -> tuple[float, dict[str, float]]:
        whole, said = loss(maps, batch)
        return float(whole), said

    (right, parts_right) = cost(perfect(1, (16, 16, 48, 48)))
    assert parts_right["box"] < 0.02
    assert right < 0.5 * cost(perfect(2, (16, 16, 48, 48)))[0], "another class"
    beside, parts_beside = cost(perfect(1, (20, 20, 60, 60)))
    assert right < 0.5 * beside, "another box"
    assert parts_right["edge"] < parts_beside["edge"]
    assert parts_right["box"] < 0.5 * cost(maps_for())[1]["box"], "nothing"


def test_classes_that_nobody_looked_for_get_no_gradient() -> None:
    found = gradient(batch_of((1, 0), covered=(1.0, 1.0, 0.0)))
    assert found[2].abs().sum() == 0
    assert found[0].abs().sum() > 0
    assert found[1].abs().sum() > 0


def test_a_picture_without_labels_is_background() -> None:
    assert gradient(batch_of()).min() > 0


# --- the network that it starts from ---------------------------------------------------------


def graph_of(network: NanoDetG, folder: Path) -> Path:
    """The weights as a TensorFlow.js graph in float16 that takes BGR; the file."""
    ours = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    nodes: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    content = b""

    def constant(name: str, values: torch.Tensor) -> str:
        nonlocal content
        rows.append({"name": name, "shape": list(values.shape), "dtype": "float32",
                     "quantization": {"dtype": "float16"}})  # fmt: skip
        content += values.numpy().astype(np.float16).tobytes()
        return name

    for at, convolution in enumerate(ours):
        name = "g/convolution" + (f"_{at}" if at else "")
        kernel = convolution.weight.detach()
        kernel = kernel.flip(1) if at == 0 else kernel
        assert convolution.bias is not None
        filters = constant(f"k{at}", kernel.permute(2, 3, 1, 0).contiguous())
        bias = constant(f"b{at}", convolution.bias.detach())
        nodes.append({"name": name, "op": "Conv2D", "input": ["x", filters]})
        nodes.append(
            {"name": f"g/add_{at}", "op": "Add", "input": [name, bias][:: 1 - 2 * (at % 2)]}
        )
    topology = {"modelTopology": {"node": nodes[::-1]}, "weightsManifest": [{"weights": rows}]}
    (folder / "nanodet.json").write_text(json.dumps(topology))
    (folder / "nanodet.bin").write_bytes(content)
    return folder / "nanodet.json"


def test_the_published_graph_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = NanoDetG(80)
    graph = graph_of(network, tmp_path)
    hashes = {name: sha256_of(tmp_path / name) for name in parts.SHA256}
    monkeypatch.setattr(parts, "SHA256", hashes)
    state = parts.nanodet(graph).state_dict()
    for name, value in network.state_dict().items():
        assert torch.allclose(state[name], value, atol=1e-3), name


def test_another_graph_than_the_published_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make train-detector fetches it"):
        parts.nanodet(tmp_path / "nanodet.json")
    graph = graph_of(NanoDetG(80), tmp_path)
    with pytest.raises(InputError, match="not the published file"):
        parts.nanodet(graph)


# --- a step ----------------------------------------------------------------------------------


def step_batch() -> dict[str, Any]:
    """Two pictures of 64 px, each with a bright square that is a person."""
    pixels = torch.randint(0, 60, (2, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(0))
    pixels[:, :, 16:48, 16:48] += 180
    return {
        "img": pixels.to(torch.uint8),
        "batch_idx": torch.tensor([0.0, 1.0]),
        "cls": torch.zeros(2, 1),
        "bboxes": torch.tensor([[0.5, 0.5, 0.5, 0.5]] * 2),
        "covered": torch.ones(2, 80),
    }


def test_the_loss_falls_on_a_repeated_batch_and_the_checkpoint_holds_all(tmp_path: Path) -> None:
    def new() -> detector.Training:
        torch.manual_seed(0)
        return detector.Training(NanoDetG(80), torch.device("cpu"))

    def steps(training: detector.Training, count: int) -> list[float]:
        return [sum(training.update(step_batch(), 1.0).values()) for _ in range(count)]

    straight = new()
    losses = steps(straight, 12)
    assert losses[-1] < 0.8 * losses[0]
    broken = new()
    assert steps(broken, 6) == losses[:6]
    checkpoints.save(tmp_path / loop.CHECKPOINT, 6, **broken.parts)
    resumed = new()
    assert checkpoints.load(tmp_path / loop.CHECKPOINT, **resumed.parts) == 6
    assert steps(resumed, 6) == losses[6:]
    for name, value in straight.average.state_dict().items():
        assert torch.equal(value, resumed.average.state_dict()[name]), name


def test_bars_of_a_detector_that_is_sometimes_wrong() -> None:
    truths = [
        Truth(Path(f"{n}.jpg"), (0,), np.zeros(n % 2, np.int64), np.ones((n % 2, 4)))
        for n in range(100)
    ]
    scores = np.linspace(0.99, 0.01, 100)
    boxes = [[("dog", float(scores[n]), (0.0, 0.0, 1.0, 1.0))] if n % 2 else [] for n in range(100)]
    right = np.repeat(scores[:, None] > 0.5, 10, axis=1)
    sight = Sight(tuple(boxes), Seen(scores, np.zeros(100, np.int64), right))
    found = choose_bars(Looks(("dog",), tuple(truths), sight, sight), ["dog"])
    assert found.threshold == pytest.approx(0.5, abs=0.02)
    assert found.floor == LOWEST, "nothing was seen where there is none"
    assert found.missed == pytest.approx(0.06, abs=0.02), "the shares of scores below the floor"
    assert found.missed_of == {"dog": pytest.approx(found.missed, abs=0.01)}


def test_the_floor_lets_most_pictures_without_the_thing_be_told_so() -> None:
    truths = [
        Truth(Path(f"{n}.jpg"), (0,), np.zeros(int(n < 100), np.int64), np.ones((int(n < 100), 4)))
        for n in range(200)
    ]
    tops = [0.9] * 100 + [n / 200 for n in range(100)]
    boxes = tuple([("dog", top, (0.0, 0.0, 1.0, 1.0))] for top in tops)
    right = np.repeat(np.arange(200)[:, None] < 100, 10, axis=1)
    sight = Sight(boxes, Seen(np.array(tops), np.zeros(200, np.int64), right))
    found = choose_bars(Looks(("dog",), tuple(truths), sight, sight), ["dog"])
    absent = [top < found.floor for top in tops[100:]]
    assert sum(absent) / 100 == pytest.approx(ABSENT, abs=0.02)
    assert found.missed == 0


def test_weights_that_see_nothing_get_bars_all_the_same() -> None:
    sight = Sight(((),), Seen(np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 10), bool)))  # type: ignore[arg-type]
    truth = Truth(Path("a.jpg"), (0,), np.zeros(1, np.int64), np.ones((1, 4)))
    assert choose_bars(Looks(("dog",), (truth,), sight, sight), ["dog"]).missed == 1
