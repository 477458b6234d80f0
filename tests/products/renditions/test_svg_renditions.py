"""An SVG is drawn by the worker, in its own font and within its limits, or given up."""

from __future__ import annotations

import io
import subprocess
import sys
from functools import cache
from itertools import pairwise

import pytest
from PIL import Image

from apps.products.models import ProductImage
from apps.products.renditions.renditions import get_rendition
from apps.products.renditions.worker_run import PICTURE_FAULTS, WORKER
from apps.products.storage.rendition_names import RENDITION_SIZES
from tests.conftest import Api
from tests.sample_images import make_svg

INK = '<rect width="90" height="90"'


def build_svg(body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{body}</svg>'


@cache
def draw(svg: bytes, *, cpu_seconds: int = 15) -> subprocess.CompletedProcess[bytes]:
    limits = (str(1536 << 20), str(cpu_seconds))
    command = [sys.executable, "-I", str(WORKER), "5", "SVG", *limits, "320"]
    return subprocess.run(command, input=svg, capture_output=True, env={}, timeout=40, check=False)


def read_drawing(drawn: subprocess.CompletedProcess[bytes]) -> bytes:
    """Return what was drawn, behind the checksums of what it was drawn from."""
    return drawn.stdout.partition(b"\n")[2]


def draw_body(body: str) -> Image.Image:
    drawn = draw(build_svg(body).encode())
    assert drawn.returncode == 0, drawn.stderr
    return Image.open(io.BytesIO(read_drawing(drawn)), formats=["WEBP"])


def count_ink(picture: Image.Image) -> int:
    return sum(picture.convert("RGBA").getchannel("A").histogram()[128:])


def build_chain(element: str, attribute: str, more: str = "") -> str:
    """Return eight elements of ten marks each, which all use the element before."""
    names = [f"n{number}" for number in range(9)]
    chain = f'<{element} id="n0" {more}>{INK}/></{element}>'
    for before, name in pairwise(names):
        marks = f'{INK} {attribute}="url(#{before})"/>' * 10
        chain += f'<{element} id="{name}" {more}>{marks}</{element}>'
    return f'{chain}{INK} {attribute}="url(#n8)"/>'


def test_svg_is_drawn_in_all_sizes_beyond_its_own(api: Api):
    assert api.upload(make_svg(20, 10)).status_code == 201
    image = ProductImage.objects.get()

    shown = [Image.open(io.BytesIO(get_rendition(image, size))) for size in RENDITION_SIZES]

    assert [picture.size for picture in shown] == [(96, 48), (320, 160), (640, 320), (1280, 640)]
    red, green, blue = shown[-1].convert("RGB").getpixel((640, 320))
    assert (red < 8, abs(green - 0xAA) < 8, abs(blue - 0x77) < 8) == (True, True, True)


@pytest.mark.parametrize(
    "family", ["", 'font-family="Arial"', 'font-family="No Such, serif"', 'font-family="monospace"']
)
def test_text_is_drawn_in_the_font_that_comes_along(family):
    light = draw_body(f'<text y="50" font-size="40" {family}>Größe</text>')
    bold = draw_body(f'<text y="50" font-size="40" font-weight="800" {family}>Größe</text>')

    assert 2000 < count_ink(light) < count_ink(bold)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "us-ascii"]
)
def test_svg_is_read_in_its_encoding(encoding):
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
    head = f'<?xml version="1.0" encoding="{declared.get(encoding, encoding)}"?>'
    body = '<text y="50" font-size="40">&#xFC;</text>' if encoding == "us-ascii" else None
    svg = head + build_svg(body or '<text y="50" font-size="40">ü</text>')

    drawn = draw(svg.encode(encoding))

    told = draw(build_svg('<text y="50" font-size="40">ü</text>').encode())
    assert read_drawing(drawn) == read_drawing(told)


def test_entities_of_drawing_programs_are_drawn():
    doctype = '<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY w "90">]>'
    svg = (
        f'{doctype}<svg xmlns="&ns;" width="100" height="100"><rect width="&w;" height="9"/></svg>'
    )

    drawn = draw(svg.encode())

    assert count_ink(Image.open(io.BytesIO(read_drawing(drawn)))) > 0


def build_filter(primitives: str) -> str:
    return f'<filter id="f"><feFlood result="a"/>{primitives}</filter>{INK} filter="url(#f)"/>'


HOSTILE = {
    "masks": build_chain("mask", "mask"),
    "clip paths": build_chain("clipPath", "clip-path"),
    "patterns": build_chain("pattern", "fill", 'width="1" height="1"'),
    "blurs": build_filter('<feGaussianBlur stdDeviation="9"/>' * 200),
    "wide blur": f'{INK} style="filter:blur(300px)"/>',
    "wide morphology": build_filter('<feMorphology radius="300"/>'),
    "blends": build_filter('<feBlend in2="a" result="a"/>' * 400),
    "dashes": '<path d="M0 0H1000000" stroke="red" stroke-dasharray=".001"/>',
    "selectors": f"<style>{'g:has(rect) ~ * g *{fill:red}' * 2000}</style>{INK}/>",
    "animations": f"{INK}>{'<animate/>' * 40000}</rect>",
    "layers": '<g opacity=".5">' * 250 + INK + "/>" + "</g>" * 250,
    "depth": "<g>" * 90000 + "</g>" * 90000,
    "large numbers": '<rect width="1e30" height="1e30" transform="scale(1e30)"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drawing_is_drawn_or_given_up_within_the_limits(name):
    drawn = draw(build_svg(HOSTILE[name]).encode(), cpu_seconds=1)

    assert drawn.returncode in {0, *PICTURE_FAULTS}
