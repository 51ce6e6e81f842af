"""SigLIP as a shared space, with a tiny one that has random weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.tiny_siglip import make_tiny_siglip
from tools import PictureStore
from tools.match_text import make_tool
from tools.networks.shared_space import open_space
from tools.networks.siglip_space import SiglipSpace, is_siglip
from tools.retrieval.encoders import Encoders, open_encoders
from tools.toolset import ToolConfig, load_toolset
from tools.weights.places import cache_directory

RED, BLUE = np.full((40, 60, 3), (255, 0, 0), np.uint8), np.full((9, 30, 3), (0, 0, 255), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_siglip(tmp_path_factory.mktemp("siglip"))


def test_pictures_of_any_size_and_texts_of_any_length_get_unit_vectors(folder: Path) -> None:
    space = open_space(folder, "cpu")
    images, texts = space.images([RED, BLUE]), space.texts(["a dog", "红", "a " * 200])
    for vectors in (images, texts):
        assert vectors.dtype == np.float32
        assert vectors.shape[1] == space.dimensions == 16
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert not np.allclose(images[0], images[1])
    assert not np.allclose(texts[0], texts[1])
    assert space.images([]).shape == space.texts([]).shape == (0, 16)


def test_a_vector_does_not_depend_on_its_batch_nor_a_text_on_capitals(folder: Path) -> None:
    space = open_space(folder, "cpu")
    together = space.texts(["a dog", "a red square a red square"])
    np.testing.assert_allclose(together[:1], space.texts(["A Dog"]), atol=1e-6)
    np.testing.assert_allclose(space.images([RED, BLUE])[1:], space.images([BLUE]), atol=1e-6)


def test_probabilities_are_those_of_the_model_itself(folder: Path) -> None:
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

    said = ["a dog", "a blue square"]
    pixels = AutoImageProcessor.from_pretrained(folder, backend="pil")(
        [Image.fromarray(p) for p in (RED, BLUE)], return_tensors="pt"
    )
    words = AutoTokenizer.from_pretrained(folder)(
        said, padding="max_length", max_length=64, return_tensors="pt"
    )
    with torch.inference_mode():
        logits = AutoModel.from_pretrained(folder)(
            input_ids=words["input_ids"], pixel_values=pixels["pixel_values"]
        ).logits_per_image
    space = open_space(folder, "cpu")
    found = space.probabilities(space.images([RED, BLUE]), space.texts(said))
    np.testing.assert_allclose(found, torch.sigmoid(logits).numpy(), atol=1e-5)


def test_other_weights_are_another_version(folder: Path, tmp_path: Path) -> None:
    other = make_tiny_siglip(tmp_path, seed=1)
    assert SiglipSpace(folder).version != SiglipSpace(other).version


def test_a_few_per_cent_are_no_denial(folder: Path) -> None:
    class Sure(SiglipSpace):
        def probabilities(self, images, texts):  # type: ignore[no-untyped-def]
            return np.array([[0.9, 0.03, 0.0001]], np.float32)

    picture = PictureStore().add(RED)
    report = make_tool(Sure(folder, "cpu")).run(
        picture=picture, candidates=["red", "a square", "a dog"]
    )
    assert [f.status for f in report.findings] == ["found", "unsure", "none"]


def test_a_pulled_row_compares_and_the_built_in_model_still_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    name = "siglip2-base-patch16-224"
    config = ToolConfig(offer=["match_text", "answer_by_fusion"], fusion=name, device="cpu")
    assert "models pull" in load_toolset(config).missing[0].what_to_do
    make_tiny_siglip(cache_directory() / "embedding" / name)
    offered = {tool.name: tool for tool in load_toolset(config).offered}
    assert offered["match_text"].version.startswith("1:siglip-")
    assert "siglip" not in offered["answer_by_fusion"].version


def test_the_search_compares_pictures_and_words_with_it(folder: Path) -> None:
    encoders = open_encoders(ToolConfig(fusion=str(folder), device="cpu"))
    assert isinstance(encoders, Encoders)
    assert isinstance(encoders.space, SiglipSpace)
    assert [column.dimensions for column in encoders.columns] == [16]


def test_only_its_own_configuration_is_taken_for_it(tmp_path: Path) -> None:
    for config, expected in (
        ({"model_type": "siglip2"}, True),
        ({"side": 260}, False),
        ([], False),
    ):
        (tmp_path / "config.json").write_text(json.dumps(config))
        assert is_siglip(tmp_path) is expected
