"""Photographs of products in the layout of the Grocery Store Dataset (Klasson et al., WACV 2019).

`classes.csv` names the fine classes and the coarse one of each; `train.csv`, `val.csv`, `test.csv`
(those that are there) have a row `image,fine,coarse` a photograph, with paths below `images/`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tools.errors import InputError

SPLITS = ("test", "val", "train")
"""In the order in which one of them is chosen."""


@dataclass(frozen=True)
class Product:
    """A photograph of a product, by the numbers of its classes."""

    file: Path
    fine: int
    coarse: int


@dataclass(frozen=True)
class Products:
    """The names of the classes, and photographs of them."""

    fine: tuple[str, ...]
    coarse: tuple[str, ...]
    coarse_of: tuple[int, ...]
    """The coarse class of each fine class."""
    products: tuple[Product, ...]


def read_products(folder: Path, split: str | None = None) -> Products:
    """Read one split; without a name the first of test, val, train that is there.

    Raises:
        InputError: a file is missing or not in the layout.
    """
    try:
        with (folder / "classes.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        fine = {int(row["Class ID (int)"]): row for row in rows}
        coarse = {int(r["Coarse Class ID (int)"]): r["Coarse Class Name (str)"] for r in rows}
        chosen = split or next(name for name in SPLITS if (folder / f"{name}.csv").is_file())
        with (folder / f"{chosen}.csv").open(encoding="utf-8", newline="") as lines:
            products = tuple(
                Product(folder / "images" / row["image"], int(row["fine"]), int(row["coarse"]))
                for row in csv.DictReader(lines)
            )
    except StopIteration:
        raise InputError(f"no {', '.join(f'{name}.csv' for name in SPLITS)} in {folder}") from None
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{folder} is not in the layout of the grocery set: {error}") from None
    if missing := next((p.file for p in products if not p.file.is_file()), None):
        raise InputError(f"{chosen}.csv of {folder} names {missing}, which is not there")
    return Products(
        fine=tuple(fine[number]["Class Name (str)"] for number in sorted(fine)),
        coarse=tuple(coarse.get(number, "") for number in range(max(coarse) + 1)),
        coarse_of=tuple(int(fine[n]["Coarse Class ID (int)"]) for n in sorted(fine)),
        products=products,
    )
