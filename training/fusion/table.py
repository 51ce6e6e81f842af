"""Train the runs of the table: every fusion function, and what each has to beat; then measure them.

Runs that are finished are left as they are, so that it goes on where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.networks.fusion import fusion_functions
from training.common import device
from training.common.progress import resumable, say
from training.fusion import measure, recipe
from training.fusion.recipe import Recipe
from training.fusion.setting import Setting, add_places, open_setting
from training.fusion.train import RUN, train


def recipes(usual: Recipe, seeds: int, end_to_end: Sequence[str], steps: int) -> Iterator[Recipe]:
    """What is trained, a seed after the other.

    Args:
        usual: whose options hold for all; its fusion function also learns with its options
            exchanged, one at a time.
        seeds: how many.
        end_to_end: the fusion functions that are trained end to end, too.
        steps: of those.
    """
    for seed in range(seeds):
        seeded = replace(usual, seed=seed)
        yield from (replace(seeded, fusion=name) for name in fusion_functions)
        yield from (replace(seeded, sees=sees) for sees in recipe.SEES if sees != "both")
        yield replace(seeded, contrastive="siglip")
        yield replace(seeded, image="classical")
        yield replace(seeded, augment=True)
        yield replace(seeded, pseudo_labels=True)
        for name in end_to_end:
            yield replace(seeded, fusion=name, strategy="end-to-end", steps=steps)


def run_all(options: argparse.Namespace) -> None:
    """Train what is not trained yet."""
    usual = recipe.recipe_of(options)
    opened: dict[tuple[object, ...], Setting] = {}
    for each in recipes(usual, options.seeds, options.end_to_end, options.end_to_end_steps):
        if (options.work / each.name / RUN).is_file():
            continue
        key = (each.image, each.augment)
        if key not in opened:
            opened[key] = open_setting(each, options, say)
        say(each.name)
        train(each, opened[key], options.work)


def main(words: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_places(parser)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--end-to-end", nargs="*", default=["cross-attention"], metavar="FUSION")
    parser.add_argument("--end-to-end-steps", type=int, default=150)
    recipe.add_options(parser)
    device.add_options(parser)
    options = parser.parse_args(words)
    with resumable(options.work):
        run_all(options)
        places = ["--data", options.data, "--work", options.work, "--text", options.text]
        measure.main([str(word) for word in places])


if __name__ == "__main__":
    main()
