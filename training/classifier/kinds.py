"""Hangs the kinds of `tools/words/kinds.tsv` into WordNet's tree, and adds its words for them.

    python -m training.classifier.kinds [--wordnet /usr/share/wordnet] [--file KINDS.TSV]

The names, in English and Chinese, and the kinds of groceries (their keys begin with "g:") are
written by hand and stay as they are. The inner kinds are those that people speak of; a kind's
parent is the nearest of them above it, counted in steps of WordNet's hypernyms. WordNet 3.0 is in
Debian's package wordnet-base; `wndb(5WN)` describes its files.
"""

from __future__ import annotations

import argparse
from collections import deque
from dataclasses import dataclass
from pathlib import Path

NO_PARENT = ""
BY_HAND = {
    "n02924116": "n04524313",  # bus: vehicle
    "n02778669": "n04285146",  # ball: sports equipment
    "n07742313": "g:apple",  # Granny Smith: apple
    "n12144580": "n07707451",  # corn: vegetable
    "n03791053": "n03790512",  # motor scooter: motorcycle
    "n02415577": "n02411705",  # bighorn sheep: sheep
    "n04238763": NO_PARENT,  # slide rule: nothing that people would say
    "n06359193": NO_PARENT,  # web site: nothing that people would say
    "n07565083": NO_PARENT,  # menu: nothing that people would say
    "n07802026": NO_PARENT,  # hay: nothing that people would say
    "n02727426": NO_PARENT,  # beehive: nothing that people would say
    "n03529860": NO_PARENT,  # home theater: nothing that people would say
    "n04254777": "n03051540+n03419014",  # sock: clothing
    "n03026506": "n03051540+n03419014",  # Christmas stocking: clothing
    "n03710637": "n03051540+n03419014",  # maillot (tights): clothing
    "n04447861": NO_PARENT,  # toilet seat: nothing that people would say
    "n04423845": NO_PARENT,  # thimble: nothing that people would say
    "n03633091": "n03621049",  # ladle: kitchen utensil
    "n04597913": "n03621049",  # wooden spoon: kitchen utensil
    "n04562935": NO_PARENT,  # water tower: nothing that people would say
    "n04553703": NO_PARENT,  # washbasin: nothing that people would say
    "n02808440": NO_PARENT,  # bathtub: nothing that people would say
    "n02978881": NO_PARENT,  # cassette: nothing that people would say
    "n03891332": NO_PARENT,  # parking meter: nothing that people would say
    "n04162706": NO_PARENT,  # seat belt: nothing that people would say
    "n03445924": "n04524313",  # golf cart: vehicle
    "n02510455": "n02131653",  # giant panda: bear
    "n02125311": "n02127808",  # cougar: big cat
    "n02127052": "n02127808",  # lynx: big cat
    "n01871265": "n02503517",  # tusker: elephant
    "n03259280": "n03621049",  # Dutch oven: kitchen utensil
    "n07734744": "n12992868",  # mushroom: fungus
    "n12998815": "n07734744",  # agaric: mushroom
    "n13054560": "n07734744",  # bolete: mushroom
    "n03147509": "n03094503",  # cup: container
    "n03063599": "n03147509",  # coffee mug: cup
    "n07930864": "n03147509",  # teacup: cup
    "n03733805": "n03147509",  # measuring cup: cup
    "n03201208": "n04379243",  # dining table: table
    "n02974003": "n02958343",  # car wheel: car
    "n02965783": "n02958343",  # car mirror: car
    "n03459775": "n02958343",  # grille: car
    "n03085013": "n03614007",  # computer keyboard: keyboard
    "n04505470": "n03614007",  # typewriter keyboard: keyboard
    "n04264628": "n03614007",  # space bar: keyboard
    "n04355933": "n04356056",  # sunglass: sunglasses
    "n13133613": "n12144580",  # ear (of grain): corn
    "n07871810": "n00021265+n07555863",  # meat loaf: food
    "n04263257": "n02881193",  # soup bowl: bowl
    "n03775546": "n02881193",  # mixing bowl: bowl
    "n03614007": NO_PARENT,  # keyboard: nothing that people would say
}
"""Parents where WordNet's tree is not what people would say."""


@dataclass(frozen=True)
class Synset:
    """A meaning: its words, the commonest first, and the offsets of its hypernyms."""

    words: tuple[str, ...]
    above: tuple[str, ...]


def read_synsets(folder: Path) -> dict[str, Synset]:
    """Synsets of nouns by offset, of data.noun."""
    synsets = {}
    for line in (folder / "data.noun").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):  # the licence
            continue
        offset, _, _, count, *fields = line.partition(" | ")[0].split()
        words, rest = fields[: 2 * int(count, 16) : 2], fields[2 * int(count, 16) :]
        pointers = [rest[1 + 4 * n : 5 + 4 * n] for n in range(int(rest[0]))]
        above = tuple(target for kind, target, *_ in pointers if kind in ("@", "@i"))
        synsets[offset] = Synset(tuple(word.replace("_", " ") for word in words), above)
    return synsets


def read_first_senses(folder: Path) -> dict[str, str]:
    """The commonest meaning of each word (lower case): its offset, of index.noun."""
    first = {}
    for line in (folder / "index.noun").read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            word, _, senses, *rest = line.split()
            first[word.replace("_", " ")] = rest[-int(senses)]
    return first


def parent_of(offset: str, places: dict[str, str], synsets: dict[str, Synset]) -> str:
    """The key of the kind right above a synset; "" where there is none.

    WordNet gives a synset several hypernyms. A kind that stands above another one that was found
    says less than that one (a dog is a mammal, and so an animal); of the rest, the nearest counts.

    Args:
        offset: the synset's.
        places: offset → key of the kinds; a kind may have several.
        synsets: what `read_synsets` gives.
    """
    found = kinds_above(offset, places, synsets)
    for key in list(found):
        for other in key.split("+"):
            for farther in kinds_above(other.removeprefix("n"), places, synsets):
                found.pop(farther, None)
    return next(iter(found), NO_PARENT)


def kinds_above(offset: str, places: dict[str, str], synsets: dict[str, Synset]) -> dict[str, int]:
    """Keys of all kinds above a synset, the nearest first, and how many steps above."""
    steps: dict[str, int] = {offset: 0}
    found: dict[str, int] = {}
    waiting = deque([offset])
    while waiting:
        at = waiting.popleft()
        for above in synsets[at].above:
            if above not in steps:
                steps[above] = steps[at] + 1
                waiting.append(above)
                if above in places and places[above] != places.get(offset):
                    found.setdefault(places[above], steps[above])
    return found


def hung(rows: list[list[str]], folder: Path) -> list[list[str]]:
    """The rows, as in the table, with WordNet's parents and other words."""
    synsets, first = read_synsets(folder), read_first_senses(folder)
    places = {
        offset.removeprefix("n"): row[0]
        for row in rows
        if row[0].startswith("n")
        for offset in row[0].split("+")
    }
    taken = {row[3].casefold() for row in rows}
    return [_hung(row, places, synsets, first, taken) for row in rows]


def _hung(
    row: list[str],
    places: dict[str, str],
    synsets: dict[str, Synset],
    first: dict[str, str],
    taken: set[str],
) -> list[str]:
    key, _, output, name, chinese, others = row
    if not key.startswith("n"):
        return row
    offsets = [offset.removeprefix("n") for offset in key.split("+")]
    above = (parent_of(offset, places, synsets) for offset in offsets)
    parent = BY_HAND[key] if key in BY_HAND else next(filter(None, above), NO_PARENT)
    # A word that mostly means something else ("painter" for a cougar) would be misunderstood.
    own = [w for offset in offsets for w in synsets[offset].words if first[w.casefold()] == offset]
    words = [*filter(None, others.split(", ")), *own]
    kept = [w for w in dict.fromkeys(words) if w.casefold() not in taken]
    return [key, parent, output, name, chinese, ", ".join(kept)]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--file", type=Path, default=Path("tools/words/kinds.tsv"))
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    written = [*head, *("\t".join(row) for row in hung(rows, arguments.wordnet))]
    arguments.file.write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
