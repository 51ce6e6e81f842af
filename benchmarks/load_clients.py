"""Users of a service, in processes of their own: each asks, waits for the answer, asks again.

What the figures mean is `benchmarks.load`'s.
"""

from __future__ import annotations

import asyncio
import base64
import io
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import httpx
from PIL import Image, ImageEnhance

QUESTIONS = (
    "How many people are there?",
    "Is there a dog?",
    "What colours are in the picture?",
    "What does it say?",
    "What is in the picture?",
)
PROCESSES = 2
REPEATED = 2
"""Pictures that everybody asks about where pictures repeat."""
CROP = 12
"""Pixels that are cut off at an edge, at most, to make another picture of one."""
LIGHT = (1.0, 0.97, 1.03, 0.94, 1.06)
TIMEOUT_S = 300.0


@dataclass
class Asked:
    """What a number of users saw."""

    seconds: list[float] = field(default_factory=list)
    """Of each answered question, from the first try on."""
    errors: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    """Answers "come again" (429, 503 with Retry-After), each of which was obeyed."""

    def add(self, other: Asked) -> None:
        """Take in what others saw."""
        self.seconds += other.seconds
        self.errors += other.errors
        self.busy += other.busy


@dataclass(frozen=True)
class Phase:
    """What is asked: so many users for so long, each question about a new picture or a known one.

    `first` is the number of the first new picture: no two phases of a run share any.
    """

    url: str
    pictures: tuple[Path, ...]
    users: int
    seconds: float
    repeated: bool = False
    first: int = 0


def new_pictures(files: Sequence[Path], first: int, step: int = 1) -> Iterator[bytes]:
    """JPEGs that nobody has seen: those of the files, a few pixels less, a little lighter."""
    variants = list(product(LIGHT, range(CROP), range(CROP)))
    number = first
    while True:
        light, left, top = variants[number // len(files) % len(variants)]
        image = Image.open(files[number % len(files)]).convert("RGB")
        cut = image.crop((left, top, *image.size))
        file = io.BytesIO()
        made = ImageEnhance.Brightness(cut).enhance(light)
        made.save(file, "JPEG", quality=90, comment=str(number))
        yield file.getvalue()
        number += step


def body_of(picture: bytes, question: str) -> dict[str, object]:
    """A request to `/v1/chat/completions`, the picture in it."""
    url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    parts = [{"type": "text", "text": question}, {"type": "image_url", "image_url": {"url": url}}]
    return {"model": "vqa-agent", "messages": [{"role": "user", "content": parts}]}


def bodies(phase: Phase, place: int) -> Iterator[dict[str, object]]:
    """What the user at a place asks, one question after the other."""
    if phase.repeated:
        known = list(known_bodies(phase.pictures))
        number = place
        while True:
            yield known[number % len(known)]
            number += 1
    pictures = new_pictures(phase.pictures, phase.first + place, phase.users)
    for number, picture in enumerate(pictures, start=place):
        yield body_of(picture, QUESTIONS[number % len(QUESTIONS)])


def known_bodies(files: Sequence[Path]) -> Iterator[dict[str, object]]:
    """Every question about a few pictures."""
    pictures = new_pictures(files, 0)
    for picture in [next(pictures) for _ in range(REPEATED)]:
        for question in QUESTIONS:
            yield body_of(picture, question)


async def ask(
    client: httpx.AsyncClient, body: dict[str, object], asked: Asked, until: float
) -> None:
    """One question until it is answered, has failed, or there is no time left to come again."""
    started = time.perf_counter()
    while True:
        try:
            reply = await client.post("/v1/chat/completions", json=body)
        except httpx.HTTPError as error:
            asked.errors[type(error).__name__] += 1
            return
        again = reply.headers.get("retry-after") if reply.status_code in (429, 503) else None
        if again is None:
            break
        asked.busy += 1
        if time.monotonic() + float(again) > until:
            return
        await asyncio.sleep(float(again))
    if reply.status_code == 200:
        asked.seconds.append(time.perf_counter() - started)
    else:
        asked.errors[f"status {reply.status_code}"] += 1


async def use(phase: Phase, places: Sequence[int]) -> Asked:
    """The users at these places, all at once, until the time is over and their last answer here."""
    asked = Asked()
    until = time.monotonic() + phase.seconds
    limits = httpx.Limits(max_connections=len(places), max_keepalive_connections=len(places))

    async def user(place: int) -> None:
        coming = bodies(phase, place)
        while time.monotonic() < until:
            await ask(client, await asyncio.to_thread(next, coming), asked, until)

    async with httpx.AsyncClient(base_url=phase.url, timeout=TIMEOUT_S, limits=limits) as client:
        await asyncio.gather(*(user(place) for place in places))
    return asked


def run(phase: Phase, meanwhile: Callable[[], object] = lambda: None) -> tuple[Asked, float]:
    """All users of a phase, shared out to client processes; and the seconds that it took.

    Args:
        phase: what is asked.
        meanwhile: called once a second while they ask.
    """
    count = min(PROCESSES, phase.users)
    shares = [range(first, phase.users, count) for first in range(count)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        list(pool.map(abs, range(count)))  # they have started and imported what they need
        begun = time.perf_counter()
        working = [pool.submit(_use, phase, tuple(share)) for share in shares]
        while wait(working, timeout=1.0).not_done:
            meanwhile()
        seconds = time.perf_counter() - begun
    together = Asked()
    for done in working:
        together.add(done.result())
    return together, seconds


def _use(phase: Phase, places: Sequence[int]) -> Asked:
    return asyncio.run(use(phase, places))
