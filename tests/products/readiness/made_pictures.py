"""Pictures as brands send them, and what each channel would say to them in November 2026."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from tests.sample_images import make_bmp, make_icc_profile, make_svg, make_wide_icc_profile

WHITE, BLUE = (255, 255, 255), (40, 70, 140)
Colour = tuple[int, ...]


def encode(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, image_format, **options)
    return buffer.getvalue()


def draw(
    width: int = 2400,
    height: int = 2400,
    *,
    ground: Colour = WHITE,
    product: Colour = BLUE,
    fill: float = 0.88,
    mode: str = "RGB",
) -> Image.Image:
    """Return a product of a fifth of the frame's width that fills so much of its height."""
    picture = Image.new(mode, (width, height), ground)
    left, top = width * 2 // 5, round(height * (1 - fill) / 2)
    picture.paste(product, (left, top, width - left, height - top))
    return picture


def draw_lying(width: int, height: int) -> Image.Image:
    """Return a product along the longer side, which it fills to 88 %."""
    return draw(height, width).transpose(Image.Transpose.ROTATE_90)


def draw_shadow() -> Image.Image:
    """Return a packshot on white whose shadow ends softly, within the frame."""
    small = Image.new("RGB", (600, 600), WHITE)
    ImageDraw.Draw(small).ellipse((180, 480, 420, 540), fill=(190, 190, 190))
    picture = small.filter(ImageFilter.GaussianBlur(8)).resize((2400, 2400))
    picture.paste(BLUE, (900, 144, 1500, 2112))
    return picture


def draw_lifestyle() -> Image.Image:
    """Return a scene that leaves no border."""
    small = Image.linear_gradient("L").resize((60, 60)).rotate(90)
    scene = Image.merge("RGB", (small, small.rotate(90), small.rotate(180)))
    return scene.resize((2400, 2400), Image.Resampling.BICUBIC)


def draw_transparent() -> Image.Image:
    return draw(1600, 1600, ground=(0, 0, 0, 0), product=(*BLUE, 255), mode="RGBA")


def draw_palette() -> Image.Image:
    picture = draw(1600, 1600, ground=(0,), product=(1,), mode="P")
    picture.putpalette([*WHITE, *BLUE])
    return picture


def make_16_bits() -> bytes:
    """Return a grey PNG of 16 bits a sample."""
    picture = Image.new("I;16", (1600, 1600), 65535)
    picture.paste(9000, (640, 96, 960, 1504))
    return encode(picture, "PNG", compress_level=1)


def jpeg(picture: Callable[[], Image.Image], **options: Any) -> Callable[[], bytes]:
    return lambda: encode(picture(), "JPEG", **{"quality": 90, **options})


def png(picture: Callable[[], Image.Image], **options: Any) -> Callable[[], bytes]:
    return lambda: encode(picture(), "PNG", **{"compress_level": 1, **options})


def moving(image_format: str, **options: Any) -> Callable[[], bytes]:
    more = [draw(600, 600, fill=0.8)]
    return lambda: encode(
        draw(600, 600), image_format, save_all=True, append_images=more, **options
    )


# google amazon walmart shopify gs1: passes, advice, refused
MADE = [
    ("packshot", jpeg(draw), "P P P P P"),
    ("packshot with a soft shadow", jpeg(draw_shadow), "P P P P P"),
    ("PNG", png(lambda: draw(1600, 1600)), "P P A A P"),
    ("with an sRGB profile", jpeg(draw, icc_profile=make_icc_profile()), "P P P P P"),
    ("progressive", jpeg(draw, progressive=True), "P P P P P"),
    ("product at 86 %", jpeg(lambda: draw(fill=0.86)), "P P P P P"),
    ("product at 62 %", jpeg(lambda: draw(fill=0.62)), "A R P P A"),
    ("product at 80 %", jpeg(lambda: draw(fill=0.80)), "P R P P A"),
    ("product at 96 %", jpeg(lambda: draw(fill=0.96)), "A P P P P"),
    ("product from edge to edge", jpeg(lambda: draw(fill=1.0)), "A P P P P"),
    ("lying product", jpeg(lambda: draw_lying(2400, 2400)), "P P P P P"),
    ("nearly white, 248", jpeg(lambda: draw(ground=(248, 248, 248))), "P R A P A"),
    ("nearly white, 252", jpeg(lambda: draw(ground=(252, 252, 252))), "P R A P A"),
    ("on a plain yellow ground", jpeg(lambda: draw(ground=(250, 220, 60))), "P R A P A"),
    ("lifestyle", jpeg(draw_lifestyle), "A R A P A"),
    ("transparent", png(draw_transparent), "P R A A P"),
    ("transparent WebP", lambda: encode(draw_transparent(), "WEBP", method=0), "P R R A R"),
    ("black on black", jpeg(lambda: draw(ground=(0, 0, 0), product=(30, 30, 30))), "P R A P A"),
    ("black on black, unseen", jpeg(lambda: draw(ground=(0, 0, 0), product=(6, 6, 6))), "A R A P A"),
    ("white on white", jpeg(lambda: draw(product=(232, 232, 232))), "P P P P P"),
    ("white on white, unseen", jpeg(lambda: draw(product=(249, 249, 249))), "A R P P A"),
    ("blank, white", jpeg(lambda: draw(product=WHITE)), "A R P P A"),
    ("blank, blue", jpeg(lambda: draw(1600, 1600, ground=BLUE)), "A R A A A"),
    ("CMYK", jpeg(lambda: draw(1600, 1600).convert("CMYK")), "P A R A R"),
    ("wide gamut", jpeg(draw, icc_profile=make_wide_icc_profile()), "P A P P P"),
    ("grey", jpeg(lambda: draw(1600, 1600).convert("L")), "P P R A R"),
    ("palette", png(draw_palette), "P P A A P"),
    ("16 bits", make_16_bits, "P P R A R"),
    ("still GIF", lambda: encode(draw_palette(), "GIF"), "P P R A R"),
    ("animated GIF", moving("GIF"), "R R R A R"),
    ("animated PNG", moving("PNG"), "R R A A A"),
    ("WebP", lambda: encode(draw(1600, 1600), "WEBP", method=0), "P R R A R"),
    ("animated WebP", moving("WEBP", method=0), "R R R A R"),
    ("BMP of 17 MB", lambda: encode(draw(), "BMP"), "R R R A R"),
    ("small BMP", lambda: make_bmp(120, 120), "A R A A R"),
    ("SVG logo", lambda: make_svg(2400, 2400), "R R R A R"),
    ("wide strip", jpeg(lambda: draw_lying(20_000, 300)), "A R A R A"),
    ("1 × 1", png(lambda: draw(1, 1)), "R R A A A"),
    ("99 px", jpeg(lambda: draw(99, 99)), "R R A A A"),
    ("300 px", jpeg(lambda: draw(300, 300)), "A R A A A"),
    ("500 px", jpeg(lambda: draw(500, 500)), "A A A A A"),
    ("1000 px", jpeg(lambda: draw(1000, 1000)), "A A A A P"),
    ("1600 px", jpeg(lambda: draw(1600, 1600)), "P P A A P"),
    ("portrait", jpeg(lambda: draw(1600, 2400)), "P A A A P"),
    ("5001 px", jpeg(lambda: draw(5001, 5001)), "P P P R A"),
]  # fmt: skip
