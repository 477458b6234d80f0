"""Files of a few kilobytes that nobody could draw, and their harmless neighbours."""

import time
from functools import cache

import pytest

from apps.problems import SvgUnsafe
from tests.products.pictures.svg.test_svg_uses import check_svg

SIMPLIFY = "Simplify the drawing, or export it as PNG."
REPEATED = (
    "patterns, masks, clip paths, markers or filters that repeat elements to more than 250,000"
)
RECT = "<rect/>"


def nest(levels: int, wrap: str, shape: str, first: str = "<rect/>") -> str:
    """Each level holds ten of the shape, which is painted with the level before."""
    body = wrap.format(n=0, held=first * 10)
    return body + "".join(
        wrap.format(n=n, held=shape.format(n=n - 1) * 10) for n in range(1, levels)
    )


MASK = '<mask id="a{n}">{held}</mask>'
PATTERN = '<pattern id="a{n}" width="1" height="1">{held}</pattern>'
CLIP = '<clipPath id="a{n}">{held}</clipPath>'
MARKER = '<marker id="a{n}">{held}</marker>'
LAST = '<rect mask="url(#a7)"/>'
SHEET = "".join(f".b{n}{{mask:url(#a{n})}}" for n in range(8))
FILLS = "".join(f".b{n}{{fill:url(#a{n})}}" for n in range(8))

MULTIPLIED = {
    "masks": nest(8, MASK, '<rect mask="url(#a{n})"/>') + LAST,
    "masks by style": nest(8, MASK, '<rect style="mask:url(#a{n})"/>') + LAST,
    "masks by escape": nest(8, MASK, '<rect style="m\\61sk:\\75rl(#a{n})"/>') + LAST,
    "masks by class": f"<style>{SHEET}</style>" + nest(8, MASK, '<rect class="b{n}"/>') + LAST,
    "masks by class, sheet last": nest(8, MASK, '<rect class="x b{n}"/>')
    + LAST
    + f"<style>/*{{*/{SHEET}</style>",
    "masks by id": "<style>#r{mask:url(#a)}</style>"
    f'<mask id="a">{RECT * 600}</mask>' + '<rect id="r"/>' * 500,
    "masks by name": "<style>rect{mask:url(#a)}</style>"
    f'<mask id="a">{"<g/>" * 600}</mask>' + RECT * 500,
    "masks by name, sheet last": f'<mask id="a">{"<g/>" * 600}</mask>'
    + RECT * 500
    + "<style>rect{mask:url(#a)}</style>",
    "masks of what is used": nest(8, MASK, '<use href="#u{n}"/>')
    + "".join(f'<rect id="u{n}" mask="url(#a{n})"/>' for n in range(8))
    + '<use href="#u7"/>',
    "patterns": nest(10, PATTERN, '<rect fill="url(#a{n})"/>') + '<rect fill="url(#a9)"/>',
    "patterns of strokes": nest(10, PATTERN, '<path stroke="url(\'#a{n}\') red"/>')
    + '<rect stroke="url( #a9 )"/>',
    "patterns handed down": "".join(
        f'<pattern id="a{n}" fill="url(#a{n - 1})">{RECT * 10}</pattern>' for n in range(10)
    )
    + '<g fill="url(#a9)"><rect/></g>',
    "patterns handed down by class": f"<style>{FILLS}</style>"
    + "".join(f'<pattern id="a{n}"><g class="b{n - 1}">{RECT * 10}</g></pattern>' for n in range(8))
    + '<rect class="b7"/>',
    "patterns on a use": f'<g id="g">{RECT * 10}</g>'
    + "".join(
        f'<pattern id="a{n}"><use href="#g" fill="url(#a{n - 1})"/></pattern>' for n in range(8)
    )
    + '<rect fill="url(#a7)"/>',
    "patterns by a custom property": f'<pattern id="a">{RECT * 600}</pattern>'
    + '<rect style="--p:url(#a);fill:var(--p)"/>' * 500,
    "patterns of other patterns": f'<pattern id="a">{RECT * 600}</pattern>'
    + "".join(
        f'<pattern id="b{n}" href="#a"/><rect fill="url(#b{n})"/>' for n in range(500)
    ),
    "clip paths": nest(8, CLIP, '<rect clip-path="url(#a{n})"/>') + '<g clip-path="url(#a7)"/>',
    "markers": nest(8, MARKER, '<path d="M0 0" marker-end="url(#a{n})"/>')
    + '<path marker-start="url(#a7)"/>',
    "markers at each corner": f'<marker id="a">{RECT * 300}</marker>'
    + f'<path marker-mid="url(#a)" d="M0 0{"L1 2" * 1000}"/>',
    "markers at each corner of a long path": f'<marker id="a">{RECT * 300}</marker>'
    + f'<path marker-mid="url(#a)" d="M0 0{" L1 2" * 9000}"/>',
    "markers handed down": f'<marker id="a">{RECT * 300}</marker>'
    + f'<g style="marker:url(#a)"><polyline points="{"1,2 " * 1000}"/></g>',
    "images of a filter": "".join(
        f'<filter id="a{n}">{f"""<feImage href="#b{n}"/>""" * 10}</filter>'
        f'<g id="b{n + 1}"><rect filter="url(#a{n})"/></g>'
        for n in range(8)
    )
    + f'<g id="b0">{RECT * 10}</g><use href="#b8"/>',
}  # fmt: skip


@pytest.mark.parametrize("body", MULTIPLIED.values(), ids=MULTIPLIED)
def test_paint_that_multiplies_is_refused(body, plain_seconds):
    started = time.process_time()
    with pytest.raises(SvgUnsafe) as caught:
        check_svg(body)
    assert time.process_time() - started < plain_seconds
    assert caught.value.detail == f"{SIMPLIFY} The SVG holds {REPEATED}."
    assert caught.value.members["limit"] == 250_000


CHEAP = {
    "masks": nest(4, MASK, '<rect mask="url(#a{n})"/>') + LAST,
    "gradients": f'<linearGradient id="a">{"<stop/>" * 600}</linearGradient>'
    + '<rect fill="url(#a)" stroke="url(#a)"/>' * 500,
    "a mask of nobody": f'<mask id="a">{RECT * 600}</mask>' + '<rect mask="url(#b)"/>' * 500,
    "a mask within itself": f'<mask id="a">{"""<rect mask="url(#a)"/>""" * 600}</mask>'
    '<rect mask="url(#a)"/>',
    "a fill that others replace": f'<pattern id="a">{RECT * 600}</pattern>'
    f'<g fill="url(#a)">{"""<rect fill="red"/>""" * 500}</g>',
    "a mask of a group": f'<mask id="a">{RECT * 600}</mask><g mask="url(#a)">{RECT * 500}</g>',
    "a mask of a group by class": "<style>.a{mask:url(#a)}</style>"
    f'<mask id="a">{RECT * 600}</mask><g class="a">{RECT * 500}</g>',
    "clip paths of one each": '<clipPath id="a"><rect/></clipPath>'
    + '<path clip-path="url(#a)"/>' * 20_000,
    "classes that paint nothing": "<style>.a{fill:red}</style>" + '<path class="a b c"/>' * 60_000,
}


@pytest.mark.parametrize("body", CHEAP.values(), ids=CHEAP)
def test_paint_that_repeats_little_is_accepted(body):
    check_svg(body)


def blend(count: int) -> str:
    steps = "".join(f'<feBlend in="r{n}" in2="r{n}" result="r{n + 1}"/>' for n in range(count))
    return f'<filter id="f"><feFlood result="r0"/>{steps}</filter><rect filter="url(#f)"/>'


DEAR = {
    "blends that read the last twice": (blend(40), "a filter whose primitives repeat each other to more steps than", 5000),
    "blends by default": (
        f"<filter>{'<feBlend/>' * 40}</filter>",
        "a filter whose primitives repeat each other to more steps than",
        5000,
    ),
    "merges that read the last twice": (
        "<filter>"
        + "".join(
            f'<feMerge result="r{n + 1}"><feMergeNode in="r{n}"/><feMergeNode in="r{n}"/></feMerge>'
            for n in range(40)
        )
        + "</filter>",
        "a filter whose primitives repeat each other to more steps than",
        5000,
    ),
    "two hundred blurs": (
        f'<filter id="f">{"""<feGaussianBlur stdDeviation="9"/>""" * 200}</filter>',
        "a filter of more primitives than",
        64,
    ),
    "many functions": (
        f'<rect style="filter:{"blur(1px)" * 65}"/>',
        "a filter of more functions than",
        64,
    ),
    "blur of a function": ('<g filter="blur(301px)"/>', "a blur of more px than", 300),
    "blur of a style": ('<g style="filter:blur( 301px )"/>', "a blur of more px than", 300),
    "blur of a sheet": ("<style>g{filter:blur(9e3px)}</style>", "a blur of more px than", 300),
    "blur of a filter": ('<feGaussianBlur stdDeviation="2,301"/>', "a blur of more px than", 300),
    "shadow": ('<feDropShadow stdDeviation="1e3"/>', "a blur of more px than", 300),
    "morphology": (
        '<filter><feMorphology radius="300"/></filter>',
        "feMorphology of a radius of more than",
        100,
    ),
    "dashes": ('<path stroke-dasharray=".001"/>', "lines of more dashes than", 10_000),
    "dashes of a style": (
        '<path style="stroke-dasharray:.001px,0.001"/>',
        "lines of more dashes than",
        10_000,
    ),
    "dashes of a sheet": (
        "<style>a{stroke-dasharray:1e-3}</style>",
        "lines of more dashes than",
        10_000,
    ),
    "dashes by length": (
        '<path stroke-dasharray="9" pathLength="1e9"/>',
        "a pathLength of more than",
        100_000,
    ),
    "animations": (
        '<animate attributeName="x"/>' * 40_000,
        "more animations than",
        2000,
    ),
    "nested filtered groups": (
        '<filter id="f"><feFlood/></filter>' + '<g filter="url(#f)">' * 250 + "</g>" * 250,
        "filters within filters, nested deeper than",
        32,
    ),
    "nested filtered groups of functions": (
        '<g style="filter:blur(1px)">' * 250 + "</g>" * 250,
        "filters within filters, nested deeper than",
        32,
    ),
    ":has": (
        f"<style>{'a:has(b){fill:red}' * 2000}</style>",
        "more selectors with :has",
        100,
    ),
    ":has by escape": (
        "<style>" + r"a:h\61s(b){}" * 2000 + "</style>",
        "more selectors with :has",
        100,
    ),
    "siblings": (f"<style>{'a~b{fill:red}' * 101}</style>", "more selectors with :has", 100),
    "all below": (f"<style>{'* * *{fill:red}' * 40}</style>", "more selectors with :has", 100),
}  # fmt: skip


@pytest.mark.parametrize(("body", "named", "limit"), DEAR.values(), ids=DEAR)
def test_what_few_bytes_make_dear_is_refused(body, named, limit):
    with pytest.raises(SvgUnsafe) as caught:
        check_svg(body)
    assert f"The SVG holds {named}" in caught.value.detail
    assert caught.value.members["limit"] == limit


MODEST = {
    "a shadow of five steps": '<filter><feGaussianBlur in="SourceAlpha" stdDeviation="3"/>'
    '<feOffset dx="1" result="o"/><feFlood/><feComposite in2="o" operator="in"/><feMerge>'
    '<feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter>',
    "forty primitives": f"<filter>{'<feOffset/>' * 40}</filter>",
    "many filters": f"<filter>{'<feOffset/>' * 40}</filter>" * 20,
    "dashes": '<path stroke-dasharray="0.1 0.1" pathLength="100"/><path stroke-dasharray="none"/>'
    '<path stroke-dasharray="0"/><path stroke-dasharray="1%"/>',
    "morphology": '<feMorphology radius="30 1"/>',
    "selectors": "<style>/* ** ~ */*{fill:red}a[b~=c]{}a~b{}a:has(b){}</style>",
    "filters beside each other": '<g filter="url(#f)"/>' * 500,
    "animations": '<animate attributeName="x"/>' * 200,
}


@pytest.mark.parametrize("body", MODEST.values(), ids=MODEST)
def test_what_drawing_programs_write_is_accepted(body):
    check_svg(body)


FILLS_OF_ONE = "".join(f"fill:url(#a{n});" for n in range(9000))
HOSTILE = {
    "rules by name": f"<style>{'a{fill:url(#p)}' * 16_000}</style>" + "<a/>" * 200_000,
    "rules by class": f"<style>{'.a{fill:url(#p)}' * 15_000}</style>"
    + '<path class="a"/>' * 200_000,
    "rules of many selectors": f"<style>{'b,' * 50_000}c{{{'fill:url(#a);' * 9000}}}</style>",
    "rule without a brace": f"<style>url(#{'x' * 250_000}</style>",
    "word without a colon": f"<style>a{{x:url(#a);{'_' * 250_000}}}</style>",
    "words and spaces": f"<style>a{{x:url(#a);{'a ' * 120_000}}}</style>",
    "space in a URL": f"<style>a{{fill:url({' ' * 250_000}}}</style>",
    "URLs without an end": f"<style>a{{{'fill:url(#' * 25_000}}}</style>",
    "word in UTF-16": f'<g style="fill:url(#a);{"ⅱ" * 250_000}"/>',
    "fills that others replace": f'<g style="{FILLS_OF_ONE}">{"""<path fill="red"/>""" * 200_000}</g>',
    "groups in groups": '<g fill="url(#a)">' * 250
    + '<path fill="red"/>' * 200_000
    + "</g>" * 250,
    "dashes without an end": f'<g style="{"stroke-dasharray:" * 20_000}"/>',
    "filters": f'<g filter="{"url(#a) " * 70_000}"/>',
    "shadows without an end": f'<g filter="{"blur(" * 60}{"1 " * 200_000}"/>',
}  # fmt: skip


@cache
def check_hostile(name: str) -> tuple[float, SvgUnsafe | None]:
    """How many seconds of the processor the check takes, and what it refuses."""
    started = time.process_time()
    try:
        check_svg(HOSTILE[name])
    except SvgUnsafe as refusal:
        return time.process_time() - started, refusal
    return time.process_time() - started, None


@pytest.mark.parametrize("name", HOSTILE)
def test_check_takes_little_time_whatever_comes(name, plain_seconds):
    assert check_hostile(name)[0] < 4 * plain_seconds


@pytest.mark.parametrize(
    ("name", "limit", "named"),
    [
        ("rules of many selectors", 20_000, "style rules that paint more selectors than"),
        ("fills that others replace", 2_000_000, "groups and rules that paint elements more often"),
        ("rules by name", 2_000_000, "groups and rules that paint elements more often"),
    ],
)
def test_limits_of_looking_are_told(name, limit, named):
    refusal = check_hostile(name)[1]
    assert named in refusal.detail
    assert refusal.members["limit"] == limit
