"""Makes the example pictures: a photographed receipt, a shop front (`sign.png`), and a beach.

    python examples/make_pictures.py

Everything in them is invented. The fonts are the DejaVu ones that matplotlib brings along; the
noise is seeded, so the pictures come out the same each time (up to the versions of the libraries).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FOLDER = Path(__file__).parent
INK = 40

ITEMS = [
    ("2 x Flat white", "7.60"),
    ("1 x Oat porridge", "5.20"),
    ("3 x Cinnamon bun", "9.75"),
    ("1 x House beans 250g", "11.90"),
]
HEAD = ["BLUE HERON COFFEE LTD", "14 Harbour Street", "Galway H91 X2P4", "Tel: +353 91 555 0142"]
TOTALS = [
    ("Subtotal", "34.45"),
    ("VAT 13.5%", "4.65"),
    ("TOTAL EUR", "39.10"),
    ("Cash", "50.00"),
    ("Change", "10.90"),
]


def main() -> None:
    """Write the pictures beside this file."""
    photograph(receipt(), seed=7).save(FOLDER / "receipt.png", optimize=True)
    sign(seed=11).save(FOLDER / "sign.png", optimize=True)
    beach(seed=3).save(FOLDER / "beach.jpg", quality=88)


def font(size: int, name: str = "DejaVuSansMono") -> ImageFont.FreeTypeFont:
    """A font that matplotlib carries."""
    from matplotlib import get_data_path

    return ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{name}.ttf", size)


def receipt(width: int = 560) -> Image.Image:
    """The slip of paper itself, flat: grey, 8 bits."""
    paper = Image.new("L", (width, 890), 244)
    draw = ImageDraw.Draw(paper)
    y = 34
    for i, line in enumerate(HEAD):
        face = font(27 if i == 0 else 20, "DejaVuSansMono-Bold" if i == 0 else "DejaVuSansMono")
        draw.text((width / 2, y), line, INK, face, anchor="ma")
        y += 42 if i == 0 else 29
    y = rule(draw, y + 12, width)
    y = pair(draw, y, width, "Date: 14/03/2026", "Time: 09:42")
    y = pair(draw, y, width, "Receipt: 001042", "Till: 2")
    y = rule(draw, y + 6, width)
    for name, price in ITEMS:
        y = pair(draw, y, width, name, price)
    y = rule(draw, y + 6, width)
    for name, price in TOTALS:
        y = pair(draw, y, width, name, price, big=name.startswith("TOTAL"))
    y = rule(draw, y + 6, width)
    draw.text((width / 2, y), "Thank you, see you soon!", INK, font(20), anchor="ma")
    code = zxingcpp.create_barcode(
        "https://blueheron.example/r/001042", zxingcpp.BarcodeFormat.QRCode
    )
    pixels = np.asarray(code.to_image(scale=5, add_quiet_zones=False))
    paper.paste(
        Image.fromarray(np.where(pixels > 127, 244, INK).astype(np.uint8)),
        (width // 2 - 72, y + 48),
    )
    return paper


def pair(
    draw: ImageDraw.ImageDraw, y: int, width: int, left: str, right: str, *, big: bool = False
) -> int:
    """A line with something on each side; returns where the next one begins."""
    face = font(27, "DejaVuSansMono-Bold") if big else font(20)
    draw.text((34, y), left, INK, face)
    draw.text((width - 34, y), right, INK, face, anchor="ra")
    return y + (44 if big else 32)


def rule(draw: ImageDraw.ImageDraw, y: int, width: int) -> int:
    """A dashed line; returns where the next thing begins."""
    for x in range(34, width - 34, 14):
        draw.line([(x, y), (x + 8, y)], INK, 2)
    return y + 20


def photograph(paper: Image.Image, seed: int) -> Image.Image:
    """Lay the slip on a wooden table and take a slightly crooked photograph of it."""
    rng = np.random.default_rng(seed)
    width, height = 760, 1020
    scene = np.asarray(wood(rng, width, height), dtype=np.float64)
    corners = ((96, 58), (668, 80), (652, 968), (82, 948))
    to_paper = perspective(corners, paper.size)
    flat = paper.convert("RGB")
    mask = Image.new("L", paper.size, 255)
    size = (width, height)
    warp = Image.Transform.PERSPECTIVE
    seen = flat.transform(size, warp, to_paper, Image.Resampling.BICUBIC)
    cover = mask.transform(size, warp, to_paper, Image.Resampling.BICUBIC)
    shadow = np.asarray(cover.filter(ImageFilter.GaussianBlur(14)), dtype=np.float64) / 255
    scene *= 1 - 0.45 * np.roll(shadow, (10, 12), axis=(0, 1))[..., None]
    alpha = np.asarray(cover, dtype=np.float64)[..., None] / 255
    scene = scene * (1 - alpha) + np.asarray(seen, dtype=np.float64) * (1.0, 0.985, 0.95) * alpha
    return finish(scene, rng)


def finish(scene: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Light from the upper left, a little blur, a little noise."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    light = 1.04 - 0.20 * (0.6 * x / width + 0.4 * y / height)
    noisy = scene * light[..., None] + rng.normal(0, 1.4, (height, width, 1))
    photo = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return photo.filter(ImageFilter.GaussianBlur(0.6))


def wood(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """A table top: planks with a grain."""
    grain = Image.fromarray(rng.integers(0, 255, (height // 90, width), dtype=np.uint8))
    rows = (
        np.asarray(grain.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64) / 255
    )
    tone = np.asarray([128.0, 88.0, 58.0]) + (rows[..., None] - 0.5) * 34
    tone[:, :: width // 4] *= 0.45
    return Image.fromarray(np.clip(tone, 0, 255).astype(np.uint8))


def perspective(corners: tuple[tuple[int, int], ...], size: tuple[int, int]) -> list[float]:
    """Pillow's eight coefficients that take the scene's `corners` to those of a `size` picture."""
    width, height = size
    rows, goals = [], []
    for (x, y), (u, v) in zip(
        corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True
    ):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        goals += [u, v]
    return [float(c) for c in np.linalg.solve(np.asarray(rows, float), np.asarray(goals, float))]


def sign(seed: int) -> Image.Image:
    """A shop front: brick wall, a dark blue sign, an awning, a window and a door."""
    rng = np.random.default_rng(seed)
    width, height = 960, 720
    wall = Image.new("RGB", (width, height), (176, 160, 146))
    draw = ImageDraw.Draw(wall)
    bricks(draw, rng, width, height)
    draw.rectangle((0, 640, width, height), (120, 118, 116))
    draw.rectangle((90, 70, 870, 210), (24, 46, 92))
    draw.rectangle((100, 80, 860, 200), outline=(214, 184, 110), width=4)
    draw.text((480, 126), "BLUE HERON", (246, 240, 224), font(64, "DejaVuSerif-Bold"), anchor="mm")
    draw.text(
        (480, 176), "COFFEE & BOOKS", (214, 184, 110), font(28, "DejaVuSans-Bold"), anchor="mm"
    )
    for i in range(13):
        tone = (176, 42, 40) if i % 2 == 0 else (240, 236, 228)
        draw.polygon(
            [(100 + i * 58, 250), (158 + i * 58, 250), (162 + i * 59, 318), (103 + i * 59, 318)],
            tone,
        )
    window(draw)
    return finish(np.asarray(wall, dtype=np.float64), rng)


def window(draw: ImageDraw.ImageDraw) -> None:
    """The window with the opening hours, and the green door."""
    draw.rectangle((120, 340, 560, 630), (60, 76, 84), outline=(236, 232, 224), width=12)
    draw.polygon([(140, 610), (140, 500), (300, 360), (400, 360)], (82, 100, 108))
    for i, line in enumerate(("OPEN", "Mon-Fri 7:30 - 18:00", "Sat-Sun 9:00 - 16:00")):
        face = font(46 if i == 0 else 25, "DejaVuSans-Bold")
        draw.text((340, 430 + i * 46 + (i > 0) * 10), line, (248, 248, 240), face, anchor="mm")
    draw.rectangle((640, 330, 820, 640), (34, 92, 66), outline=(22, 60, 44), width=8)
    draw.rectangle((668, 360, 792, 470), (96, 116, 120))
    draw.ellipse((788, 486, 806, 504), (214, 184, 110))
    draw.text((730, 560), "No. 14", (246, 240, 224), font(30, "DejaVuSerif-Bold"), anchor="mm")


def bricks(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int) -> None:
    """Cover everything with bricks of slightly different reds."""
    for row, y in enumerate(range(0, height, 26)):
        for x in range(-60 + 30 * (row % 2), width, 60):
            tone = int(rng.integers(-14, 14))
            draw.rectangle((x, y, x + 57, y + 23), (158 + tone, 96 + tone, 78 + tone))


def beach(seed: int, width: int = 640, height: int = 427) -> Image.Image:
    """The evening sun above the sea, and a strip of sand in front."""
    rng = np.random.default_rng(seed)
    horizon, shore = int(0.58 * height), 0.84 * height
    scene = sky(rng, width, height, horizon)
    scene[horizon:] = sea(rng, scene[:horizon], height - horizon)
    y, x = np.mgrid[0:height, 0:width]
    sun = np.hypot(x - 0.6 * width, y - 0.5 * height) < 26
    scene[sun] = (255, 245, 200)
    depth = y - shore - 12 * np.sin(4 * x / width)
    sand = (120, 90, 65) + (clouds(rng, width, height) - 0.5)[..., None] * 60
    scene = np.where(depth[..., None] > 0, sand + rng.normal(0, 6, (height, width, 1)), scene)
    scene[np.abs(depth) < 3] = (235, 215, 195)
    return finish(scene, rng)


def sky(rng: np.random.Generator, width: int, height: int, horizon: int) -> np.ndarray:
    """From blue above to yellow at the horizon, brighter around the sun, with a few clouds."""
    y, x = np.mgrid[0:height, 0:width]
    tones = np.asarray([(60, 70, 120), (250, 150, 70), (255, 200, 110)], dtype=np.float64)
    down = np.clip(y / horizon, 0, 1)
    blend = [np.interp(down, (0, 0.6, 1), tones[:, channel]) for channel in range(3)]
    glow = np.exp(-((np.hypot(x - 0.6 * width, y - 0.5 * height) / 110) ** 1.2))
    lit = np.stack(blend, axis=-1) + glow[..., None] * (120, 110, 60)
    cover = np.clip((clouds(rng, width, height) - 0.52) * 6, 0, 1) * np.clip(
        1.5 - 3 * y / height, 0, 1
    )
    return lit + 0.45 * cover[..., None] * ((110, 60, 70) - lit)


def sea(rng: np.random.Generator, above: np.ndarray, rows: int) -> np.ndarray:
    """What is above it, mirrored by waves that grow towards us, and the sun's glitter."""
    width = above.shape[1]
    x, lines = np.arange(width), []
    for row in range(rows):
        near = row / rows
        crests = np.arange(0, width + 40, int(6 + 30 * near))
        wave = np.interp(x, crests, rng.normal(0, 1, len(crests)))
        shifted = np.clip(x + (wave * (2 + 18 * near)).astype(int), 0, width - 1)
        line = above[max(0, len(above) - 1 - int(0.9 * row)), shifted] * (0.72 - 0.25 * near)
        path = np.exp(-(((x - 0.6 * width) / (14 + 60 * near)) ** 2))
        glitter = path * np.clip(rng.normal(0.5, 0.5) + wave / 2, 0, 1)
        line = line + (10, 20, 40) + (wave * (3 + 10 * near))[:, None]
        lines.append(line + glitter[:, None] * (150, 110, 50))
    return np.stack(lines)


def clouds(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Soft noise in [0, 1]: coarse grains first, finer ones on top."""
    total = np.zeros((height, width))
    for grain in (160, 80, 40, 20, 10):
        coarse = rng.integers(0, 255, (height // grain + 2, width // grain + 2), dtype=np.uint8)
        soft = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(soft, dtype=np.float64) / 255 * grain
    return total / 310


if __name__ == "__main__":
    main()
