"""What is built in says the truth about itself."""

from __future__ import annotations

import json

import pytest

from models import catalog
from tools.detect_objects import detector_bars, detector_weights
from tools.networks.classifier import Classifier
from tools.toolset import ToolConfig
from tools.weights.find import Missing
from tools.weights.sidefiles import offered_labels
from tools.words.labels import CLASSES

CONFIG = ToolConfig()


def test_the_detector_offers_what_its_card_says() -> None:
    weights = detector_weights(CONFIG)
    assert not isinstance(weights, Missing)
    offered = offered_labels(weights, CONFIG.detect_min_ap)
    assert offered
    assert set(offered) <= set(CLASSES)
    card = (weights.parent / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"**{', '.join(offered)}**" in card
    bars = detector_bars(weights, CONFIG)
    assert bars.missed is not None
    assert 0 < bars.missed < 0.5
    assert set(bars.missed_of) == set(offered)
    assert 0 < bars.floor < bars.threshold < 1
    assert f"{bars.threshold:g}, from which on" in card


def test_the_classifier_is_of_the_size_that_its_card_says() -> None:
    folder = catalog.FOLDER / "classifier"
    classifier = Classifier(folder, "cpu")
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{len(classifier.labels)} products of" in card
    assert f"| calibration | temperature {classifier.config.temperature:g} |" in card


@pytest.mark.parametrize("name", ["planner", "detector", "classifier"])
def test_the_catalogue_has_figures(name: str) -> None:
    row = catalog.find(name)
    assert row is not None
    assert row.is_builtin
    assert row.figures
    assert all(0 <= figure <= 1 for figure in row.figures.values())
    assert json.dumps(dict(row.figures))
