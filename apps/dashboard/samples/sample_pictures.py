"""Product pictures for the demo, drawn when they are asked for: a coffee bag, a bar, a jar."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from itertools import pairwise

from PIL import Image, ImageCms

from apps.dashboard.samples.sample_canvas import (
    Canvas,
    Mask,
    Point,
    blur_mask,
    circle,
    clip,
    cut_out,
    ellipse,
    join,
    polygon,
    ramp,
    rectangle,
    set_scene,
    shift,
    strokes,
)

CREAM, INK, GOLD = "#f6ead3", "#33261c", "#d9b25f"
BRASS = "#5d4a1f 0, #a88942 7, #e9d195 20, #fff6d8 32, #d0ad60 50, #ad8a41 78, #4d3c17 100"
GREEN = "#0d2a28 0, #1c4a46 6, #3b7a72 16, #2c655f 30, #245751 62, #173f3c 84, #081e1d 100"
AMBER = "#6f3404 0, #a85a08 6, #e9991b 20, #ffc94f 38, #f5ad2b 60, #c9750f 82, #5a2a03 100"
PLUM = "#2a1030 0, #4a1c50 10, #6b2c6d 30, #57225b 70, #230c29 100"
DARK_PLUM = "#1f0a24 0, #3c1640 12, #4d1e50 30, #3d163f 80, #1d0a22 100"
# UPC-A, GS1 General Specifications §5.2: each digit's bars and spaces, in modules.
UPC_DIGITS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")


def draw_coffee_front() -> bytes:
    """A JPEG with an sRGB profile."""
    return _encode_jpeg(_draw_coffee(_print_coffee_front))


def draw_coffee_back() -> bytes:
    """A JPEG with an sRGB profile."""
    return _encode_jpeg(_draw_coffee(_print_coffee_back))


def draw_chocolate_front() -> bytes:
    """A PNG with a transparent background."""
    return _encode(_draw_chocolate(), "PNG", compress_level=6)


def draw_honey_front() -> bytes:
    """A WebP."""
    return _encode(_draw_honey().convert("RGB"), "WEBP", quality=90, method=4)


def _draw_coffee(print_side: Callable[[Canvas], None]) -> Image.Image:
    canvas = set_scene("#d9c6ae 0, #f0e4d3 100", "#e3d2bb 0, #d3bda1 40, #b99f80 100", 1240)
    left, right = _swell(492, -26), _swell(1108, 26)
    bag = polygon([*left, (512, 1372), (800, 1384), (1088, 1372), *reversed(right)])
    canvas.fill(ellipse((430, 1310, 1330, 1440)), "#3d2a17", 0.55, blur=36)
    canvas.fill(ellipse((480, 1340, 1130, 1400)), "#1d1208", 0.75, blur=12)
    canvas.fill(bag, ramp(GREEN, 466, 1134))
    print_side(canvas)
    _fold_bag(canvas, bag)
    return canvas.finish()


def _swell(x: float, bulge: float) -> list[Point]:
    """One side of the bag, from top to bottom."""
    steps = [step / 40 for step in range(41)]
    return [(x + bulge * math.sin(math.pi * t), 210 + 1142 * t) for t in steps]


def _fold_bag(canvas: Canvas, bag: Mask) -> None:
    for corners, colour, opacity, blur in (
        (((560, 330), (640, 330), (600, 1330), (540, 1330)), "#ffffff", 0.16, 26),
        (((1000, 330), (1030, 330), (1070, 1330), (1020, 1330)), "#ffffff", 0.08, 18),
        (((460, 1250), (1140, 1250), (1140, 1400), (460, 1400)), "#00100f", 0.5, 46),
        (((480, 300), (1120, 300), (1120, 326), (480, 326)), "#00100f", 0.5, 9),
        (((480, 206), (1120, 206), (1120, 216), (480, 216)), "#ffffff", 0.35, 4),
        (((474, 340), (520, 420), (508, 1300), (460, 1370)), "#001312", 0.55, 14),
        (((1126, 340), (1086, 420), (1096, 1300), (1140, 1370)), "#001312", 0.6, 14),
    ):
        canvas.fill(clip(blur_mask(polygon(corners), blur), bag), colour, opacity)
    crimps = strokes([[(490, y), (1110, y)] for y in range(226, 300, 12)], 2.5)
    canvas.fill(clip(crimps, bag), "#ffffff", 0.1)


def _print_coffee_front(canvas: Canvas) -> None:
    canvas.write("ALDER & FINCH", 432, 36, CREAM, tracking=15, weight=1)
    canvas.fill(strokes([[(730, 462), (870, 462)]], 2), GOLD)
    arch = join(circle(800, 700, 194), rectangle((606, 700, 994, 950)))
    canvas.fill(arch, ramp("#f7d9a0 0, #f2a56b 50, #dd6a4c 100", 506, 900, down=True))
    canvas.fill(circle(800, 674, 84), "#fff3d6")
    for colour, heights in (
        ("#c8553f", (790, 690, 770, 660, 800)),
        ("#8e3f3b", (850, 800, 740, 830, 760)),
        ("#4a2b31", (880, 846, 886, 822, 872)),
    ):
        ridge = list(zip((600, 690, 780, 860, 1000), heights, strict=True))
        canvas.fill(clip(polygon([*ridge, (1000, 960), (600, 960)]), arch), colour)
    canvas.write("HIGHLAND", 1058, 86, CREAM, tracking=8, weight=3)
    canvas.write("SINGLE-ORIGIN COFFEE", 1122, 32, GOLD, tracking=7, weight=1)
    canvas.write("cocoa  ·  red apple  ·  brown sugar", 1180, 28, CREAM)
    canvas.write("WHOLE BEAN    340 g  (12 oz)", 1272, 28, CREAM, tracking=3)


def _print_coffee_back(canvas: Canvas) -> None:
    canvas.write("ALDER & FINCH", 412, 36, CREAM, tracking=15, weight=1)
    for y, line in (
        (500, "Grown in the shade at 1,900 metres,"),
        (546, "washed in spring water and roasted"),
        (592, "in small batches, three days a week."),
        (684, "60 g to the litre, just off the boil,"),
        (730, "four minutes, and a friend to share it."),
    ):
        canvas.write(line, y, 30, CREAM)
    canvas.fill(rectangle((590, 790, 1010, 958), 12), "#ffffff", 0.1)
    canvas.write("Ingredients: coffee", 842, 28, GOLD)
    canvas.write("Roasted whole beans", 886, 28, GOLD)
    canvas.write("Keep cool, dry and closed", 930, 28, GOLD)
    canvas.fill(rectangle((620, 1010, 980, 1240), 10), "#fdfaf3")
    canvas.fill(_set_bars("012345678905", 657.5, 1036, 1180), "#111111")
    canvas.write("0 12345 67890 5", 1222, 30, "#111111", tracking=4)


def _set_bars(digits: str, left: float, top: float, bottom: float) -> Mask:
    halves = [
        "".join(UPC_DIGITS[int(digit)] for digit in half) for half in (digits[:6], digits[6:])
    ]
    edges = [left]
    for modules in f"111{halves[0]}11111{halves[1]}111":
        edges.append(edges[-1] + 3 * int(modules))
    mask = rectangle((0, 0, 0, 0))
    # The first run is a bar, the next one a space, and so on.
    for start, end in list(pairwise(edges))[::2]:
        mask = join(mask, rectangle((start, top, end - 0.5, bottom)))
    return mask


def _draw_chocolate() -> Image.Image:
    canvas = Canvas()
    _mould_tablet(canvas)
    _tear_foil(canvas)
    paper = rectangle((470, 130, 1130, 872), 10)
    canvas.fill(paper, ramp(PLUM, 470, 1130))
    _print_chocolate(canvas, paper)
    canvas.fill(clip(rectangle((500, 130, 540, 872)), paper), "#ffffff", 0.22, blur=12)
    turned = canvas.image.rotate(-9, Image.Resampling.BICUBIC)
    scene = Canvas()
    scene.fill(shift(turned.getchannel("A"), 26, 34), "#1a0b12", 0.42, blur=30)
    scene.image.alpha_composite(turned)
    return scene.finish()


def _mould_tablet(canvas: Canvas) -> None:
    brown = ramp("#2c140b 0, #5a2d1a 12, #4a2415 50, #241008 100", 486, 1114)
    canvas.fill(rectangle((486, 600, 1114, 1462), 16), brown)
    for row in range(3):
        face = ramp("#6b3922 0, #4b2414 100", 846 + 206 * row, 1042 + 206 * row, down=True)
        for column in range(3):
            left, top = 496 + 206 * column, 846 + 206 * row
            right, bottom = left + 196, top + 196
            a, b, c, d = (left, top), (right, top), (right, bottom), (left, bottom)
            e, f = (left + 22, top + 22), (right - 22, top + 22)
            g, h = (right - 22, bottom - 22), (left + 22, bottom - 22)
            canvas.fill(polygon((a, b, f, e)), "#94583a")
            canvas.fill(polygon((a, e, h, d)), "#764228")
            canvas.fill(polygon((b, c, g, f)), "#371a0e")
            canvas.fill(polygon((d, h, g, c)), "#2a1209")
            canvas.fill(polygon((e, f, g, h)), face)


def _tear_foil(canvas: Canvas) -> None:
    teeth = [(460 + 20 * n, 900 + 16 * (n % 2) + 9 * math.sin(n * 1.7)) for n in range(1, 34)]
    foil = polygon([(474, 780), (474, 900), *teeth, (1126, 900), (1126, 780)])
    canvas.fill(shift(foil, 0, 16), "#140703", 0.7, blur=10)
    canvas.fill(foil, ramp(BRASS, 474, 1126))
    creases = [[(480 + 36 * n, 860), (470 + 36 * n + 14 * (n % 3), 925)] for n in range(19)]
    canvas.fill(clip(strokes(creases, 3), foil), "#ffffff", 0.5, blur=1)
    canvas.fill(clip(rectangle((470, 872, 1130, 884)), foil), "#3b2a08", 0.6, blur=4)


def _print_chocolate(canvas: Canvas, paper: Mask) -> None:
    frame = rectangle((500, 160, 1100, 842))
    directions = [(math.cos(math.pi * n / 48), math.sin(math.pi * n / 48)) for n in range(49)]
    rays = [[(800 + r * x, 500 - r * y) for r in (120, 600)] for x, y in directions]
    canvas.fill(clip(strokes(rays, 2.5), frame), GOLD, 0.75)
    for radius in (120, 200, 280):
        canvas.fill(cut_out(circle(800, 500, radius), circle(800, 500, radius - 4)), GOLD, 0.9)
    canvas.fill(clip(rectangle((470, 500, 1130, 872)), paper), ramp(DARK_PLUM, 470, 1130))
    canvas.fill(cut_out(frame, rectangle((504, 164, 1096, 838))), GOLD)
    canvas.fill(strokes([[(500, 500), (1100, 500)]], 4), GOLD)
    canvas.write("ALDER & FINCH", 572, 34, GOLD, tracking=14, weight=1)
    canvas.write("DARK", 690, 112, CREAM, tracking=26, weight=3)
    canvas.write("CHOCOLATE  72 %", 748, 36, CREAM, tracking=8, weight=1)
    canvas.write("40 g", 808, 30, GOLD, tracking=3)


def _draw_honey() -> Image.Image:
    canvas = set_scene("#b9cfcb 0, #e4eeea 100", "#dce6e1 0, #cbd9d3 40, #a9bcb5 100", 1230)
    canvas.fill(ellipse((440, 1290, 1260, 1440)), "#c9770e", 0.55, blur=44)
    canvas.fill(ellipse((490, 1330, 1120, 1410)), "#3a2506", 0.75, blur=16)
    _pour_honey(canvas)
    _print_honey(canvas)
    _shine_glass(canvas)
    _close_lid(canvas)
    return canvas.finish()


def _pour_honey(canvas: Canvas) -> None:
    glass = join(rectangle((470, 440, 1130, 1384), 96), rectangle((540, 380, 1060, 520), 20))
    honey = join(rectangle((482, 462, 1118, 1372), 88), rectangle((552, 450, 1048, 560), 16))
    canvas.fill(glass, "#fdf3d8", 0.45)
    canvas.fill(honey, ramp(AMBER, 482, 1118))
    canvas.fill(clip(blur_mask(rectangle((470, 1240, 1130, 1400)), 40), honey), "#7a3800", 0.55)
    canvas.fill(clip(ellipse((640, 1210, 960, 1350)), honey), "#ffe9a6", 0.5, blur=40)
    canvas.fill(ellipse((552, 438, 1048, 470)), "#ffd877")
    for x, y, radius in ((612, 560, 5), (1010, 610, 4), (962, 524, 5), (1030, 1260, 4)):
        canvas.fill(circle(x, y, radius), "#fff1c4", 0.55, blur=1)


def _print_honey(canvas: Canvas) -> None:
    arc = [(470 + 6.6 * n, 690 + 18 * math.sin(math.pi * n / 100)) for n in range(101)]
    label = polygon([*arc, *((x, y + 500) for x, y in reversed(arc))])
    canvas.fill(shift(label, 0, 6), "#4a2500", 0.5, blur=8)
    canvas.fill(label, "#fbf3e0")
    fade = ramp("#ffffff 0, #000000 100", 700, 880, down=True).convert("L")
    canvas.fill(clip(clip(strokes(_build_comb(), 4), label), fade), "#e0a02c")
    canvas.write("ALDER & FINCH", 868, 34, INK, tracking=14, weight=1)
    canvas.write("HONEY", 996, 122, "#b8690b", tracking=16, weight=4)
    canvas.write("WILDFLOWER  ·  RAW", 1058, 36, INK, tracking=8, weight=1)
    canvas.fill(strokes([[(720, 1090), (880, 1090)]], 3), "#e0a02c")
    canvas.write("250 g", 1146, 34, INK, tracking=3)
    shade = ramp("#6a6a6a 0, #000000 8, #000000 75, #404040 92, #808080 100", 470, 1130)
    canvas.fill(clip(shade.convert("L"), label), "#3d2200")


def _build_comb() -> list[list[Point]]:
    corners = [math.radians(60 * corner + 30) for corner in range(7)]
    centres = [
        (470 + 55.4 * (column + row % 2 / 2), 690 + 48 * row)
        for row in range(5)
        for column in range(13)
    ]
    return [[(x + 32 * math.cos(a), y + 32 * math.sin(a)) for a in corners] for x, y in centres]


def _shine_glass(canvas: Canvas) -> None:
    canvas.fill(rectangle((516, 520, 548, 1310), 16), "#ffffff", 0.62, blur=5)
    canvas.fill(rectangle((560, 540, 568, 1280), 4), "#ffffff", 0.4, blur=3)
    canvas.fill(rectangle((1072, 540, 1088, 1300), 8), "#ffffff", 0.4, blur=5)
    canvas.fill(rectangle((520, 1352, 1080, 1366), 7), "#fff4d0", 0.5, blur=5)
    outside, inside = (470, 440, 1130, 1384), (476, 446, 1124, 1378)
    canvas.fill(cut_out(rectangle(outside, 96), rectangle(inside, 92)), "#ffffff", 0.5, blur=2)


def _close_lid(canvas: Canvas) -> None:
    canvas.fill(rectangle((530, 400, 1070, 436), 10), "#3d2200", 0.6, blur=10)
    lid = rectangle((520, 262, 1080, 418), 22)
    canvas.fill(lid, ramp(BRASS, 520, 1080))
    turns = [800 - 278 * math.cos(math.pi * n / 60) for n in range(1, 60)]
    canvas.fill(strokes([[(x, 306), (x, 400)] for x in turns], 3), "#5d4a1f", 0.35)
    canvas.fill(clip(rectangle((520, 262, 1080, 296)), lid), "#ffffff", 0.25, blur=3)
    canvas.fill(clip(rectangle((520, 404, 1080, 420)), lid), "#3d2d0c", 0.6, blur=4)


def _encode_jpeg(picture: Image.Image) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _encode(picture.convert("RGB"), "JPEG", quality=90, optimize=True, icc_profile=profile)


def _encode(picture: Image.Image, image_format: str, **options: bytes | int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, image_format, **options)
    return buffer.getvalue()
