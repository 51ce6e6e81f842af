"""LIME, KernelSHAP, Grad-CAM and attention: they point at what the score rests on."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tests.fakes.small_networks import RED, convolutional, red_thing
from tools.errors import InputError
from tools.evidence import PictureRef, Region
from tools.explain import regions
from tools.explain.explanation import Explanation, Request, explain, methods_for, view_of
from tools.explain.perturbation import weights_of_regions
from tools.explain.subjects import Subject, of_answer, of_text
from tools.pictures.store import PictureStore

trained = cache(convolutional)


def explained(subject: Subject, method: Any, pixels: Any = None, **how: Any) -> Explanation:
    picture = PictureStore().add(red_thing() if pixels is None else pixels)
    return explain(subject, view_of(picture, None), Request(method, **how))


def points_at(heat: Any, box: tuple[int, ...] = RED) -> bool:
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    left, top, right, bottom = box
    return bool(left <= column < right and top <= row < bottom)


@pytest.mark.parametrize("cut", ["superpixels", "grid", "boxes"])
@pytest.mark.parametrize("method", ["lime", "shap"])
def test_the_red_thing_is_why_it_is_red(method, cut):
    subject = of_text(ColourSpace(), "something red")
    found = explained(subject, method, cut=cut, boxes_xyxy=[RED], samples=200)
    assert points_at(found.heat)
    box, score = found.ranked[0]
    assert score > 0
    assert RED[0] - 20 <= box[0] < box[2] <= RED[2] + 20


@pytest.mark.parametrize("method", ["lime", "shap", "gradcam"])
def test_a_networks_map_is_truer_than_a_random_one(method):
    found = explained(trained(), method, samples=200, measured=True)
    assert points_at(found.heat)
    assert found.whole > 0.9
    measured = found.faithfulness
    assert measured is not None
    assert measured.deletion_auc < measured.random_deletion_auc - 0.05
    assert measured.insertion_auc > measured.random_insertion_auc + 0.05


@given(st.integers(0, 5), st.integers(2, 12))
@settings(max_examples=12)
def test_regions_that_do_not_matter_count_nothing_and_values_add_up(matters, count):
    """A score that is linear in the regions is explained exactly."""
    matters = min(matters, count - 1)
    cells = regions.grid(np.zeros((4, count, 3), np.uint8), 1, count)
    pixels = (
        np.repeat(np.linspace(0, 250, count)[None, :, None], 4, 0).repeat(3, 2).astype(np.uint8)
    )
    ground = round(float(pixels.mean()))

    def score(pictures):
        return np.array([abs(float(p[0, matters, 0]) - ground) / 255 for p in pictures])

    shares = weights_of_regions("shap", pixels, score, cells, samples=300)
    expected = np.zeros(count)
    expected[matters] = score([pixels])[0]
    assert np.allclose(shares, expected, atol=1e-3)


@pytest.mark.parametrize("method", ["lime", "shap"])
def test_the_seed_decides(method):
    subject = of_text(ColourSpace(), "red")
    first, again, other = (
        explained(subject, method, samples=60, seed=seed).scores for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_every_pixel_is_of_one_region(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    for cut in (regions.grid(pixels), regions.boxes_on_grid(pixels, [(0, 0, width, height)])):
        assert cut.labels.shape == (height, width)
        assert (
            set(np.unique(cut.labels)) == set(range(cut.count)) == set(range(len(cut.boxes_xyxy)))
        )
        for left, top, right, bottom in cut.boxes_xyxy:
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


def test_superpixels_follow_the_thing():
    pixels = red_thing()
    cut = regions.superpixels(pixels)
    assert 10 < cut.count < 100
    is_red = np.zeros(pixels.shape[:2], bool)
    is_red[RED[1] : RED[3], RED[0] : RED[2]] = True
    for number in range(cut.count):
        share = is_red[cut.labels == number].mean()
        assert share < 0.2 or share > 0.8


def test_one_colour_has_no_superpixels_but_a_grid():
    cut = regions.superpixels(np.full((3, 3, 3), 9, np.uint8))
    assert cut.count > 1


def test_a_region_is_explained_in_pixels_of_the_picture():
    pixels = np.full((200, 300, 3), 110, np.uint8)
    pixels[100:196, 150:278] = red_thing()
    picture = PictureStore().add(pixels)
    region = Region(picture=picture.ref, box_xyxy=(150, 100, 278, 196))
    view = view_of(picture, region)
    found = explain(
        of_text(ColourSpace(), "red"), view, Request("lime", "boxes", [(200, 110, 250, 160)])
    )
    assert found.ranked[0][0] == (200, 110, 250, 160)
    assert view.from_picture((0, 0, 100, 90)) is None


def test_a_large_picture_is_made_smaller_and_its_boxes_are_not():
    picture = PictureStore().add(np.full((1000, 2000, 3), 7, np.uint8))
    view = view_of(picture, None)
    assert view.pixels.shape == (320, 640, 3)
    assert view.to_picture((0, 0, 640, 320)) == (0, 0, 2000, 1000)
    assert isinstance(picture.ref, PictureRef)


class Attending(ScriptedAnswerer):
    def attention(self, picture: Any, question: str) -> Any:
        weights = np.zeros((4, 4), np.float32)
        weights[1, 2] = 0.5
        return weights


def test_a_model_that_weighs_cells_shows_them():
    answerer = Attending({"Is it red?": [("yes", 0.8), ("no", 0.2)]})
    subject = of_answer(answerer, "Is it red?", "yes")
    assert methods_for(subject) == ("lime", "shap", "attention")
    found = explained(subject, "attention")
    assert found.whole == 0.8
    assert found.ranked[0] == ((64, 24, 96, 48), 1.0)
    assert found.heat.shape == (96, 128)
    assert 0 < found.heat[36, 80] == pytest.approx(found.heat.max(), abs=0.05)


def test_what_a_model_does_not_show_is_refused_with_what_works():
    subject = of_answer(ScriptedAnswerer({"Is it red?": [("yes", 0.8)]}), "Is it red?", "yes")
    with pytest.raises(InputError, match="it can be explained by lime, shap"):
        explained(subject, "gradcam")
