import time

import pytest

from apps.problems import SvgUnsafe
from apps.products.pictures.svg.svg_checks import SvgCheck
from apps.products.pictures.svg.svg_lengths import SvgSize

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" id="r">'
TOO_MANY = "Simplify the drawing, or export it as PNG. The SVG holds <use> that repeats elements to more than 250,000."
USES = '<use href="#a"/>' * 500
HELD = "<g/>" * 499


def check_svg(body: str) -> SvgSize:
    check = SvgCheck()
    for start in range(0, len(body), 65536):
        check.feed((OPEN * (not start) + body[start : start + 65536]).encode())
    check.feed(b"</svg>")
    return check.finish()


def nest(levels: int, wrap: str = "{}", href: str = "href") -> list[str]:
    groups = ['<g id="a0"><rect/></g>']
    for level in range(1, levels + 1):
        uses = f'<use {href}="#a{level - 1}"/>' * 10
        groups.append(wrap.format(f'<g id="a{level}">{uses}</g>'))
    return groups


# None holds more than 1,600 elements. Chromium does not finish the last two within 40 seconds.
REFUSED = {
    "nested": "".join(nest(7)),
    "nested by xlink": "".join(nest(7, href="xlink:href")),
    "nested and later ones first": "".join(reversed(nest(7))),
    "nested in defs": f"<defs>{''.join(nest(7))}</defs>",
    "nested in symbols": "".join(nest(7, "<symbol>{}</symbol>")),
    "nested in a clip path": "".join(nest(7, '<clipPath id="c">{}</clipPath>')),
    "nested in a marker": "".join(nest(7, "<marker>{}</marker>")),
    "nested in groups without id": "".join(nest(7)).replace("<use", "<g><use/></g><use"),
    "nested with a title in each": "".join(nest(7)).replace('"/>', '"><title/></use>'),
    "one large group": f'<g id="a">{HELD}</g>{USES}',
    "one large group, afterwards": f'{USES}<g id="a">{HELD}</g>',
    "by another prefix": f'<g id="a">{HELD}</g>{USES}'.replace(
        "<use", '<s:use xmlns:s="http://www.w3.org/2000/svg"'
    ),
    "padded": f'<g id="a">{HELD}</g>{USES}'.replace("#a", "&#10; #&#9;a "),
    "percent-encoded": f'<g id="a">{HELD}</g>{USES}'.replace("#a", "#%61"),
    "percent-encoded Latin-1": f'<g id="&#255;">{HELD}</g>{USES}'.replace("#a", "#%FF"),
    "use of a use": f'<use id="a" href="#b"/>{USES}<g id="b">{HELD}</g>',
    "use of a use with a title": f'<use id="a" href="#b"><title/></use>{USES}<g id="b">{HELD}</g>',
    "id like another's value": f'<g class="id" id="a">{HELD}</g>{USES}',
    "first of two ids": f'<g id="a">{HELD}</g><g id="a"><g/></g>{USES}',
    "outer of two ids": f'<g id="a"><g id="a"><g/></g>{HELD}</g>{USES}',
    "ring of twelve, each with all": "".join(
        f'<g id="a{n}">{"".join(f"""<use href="#a{m}"/>""" for m in range(12))}</g>'
        for n in range(12)
    ),
    "ancestors, from outside": "".join(f'<g id="a{n}">' for n in range(20))
    + f'<g id="x">{"".join(f"""<use href="#a{n}"/>""" for n in range(20))}</g>'
    + "</g>" * 20
    + '<use href="#x"/>',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_use_that_draws_too_much_is_refused(body, plain_seconds):
    started = time.process_time()
    with pytest.raises(SvgUnsafe) as caught:
        check_svg(body)
    assert time.process_time() - started < plain_seconds / 2
    assert caught.value.detail == TOO_MANY
    assert caught.value.members["limit"] == 250_000


ACCEPTED = {
    "nested a little": "".join(nest(4)),
    "nothing with that id": USES,
    "element without children": f'<path id="a"/>{USES}',
    "of another file's": f'<g id="a">{HELD}</g>{USES}'.replace("#a", "data:image/png;base64,a"),
    "href before xlink:href": f'<g id="a">{HELD}</g>{USES}'.replace(
        "/>", ' xlink:href="#a"/>'
    ).replace('href="#a" ', 'href="#b" '),
    "no use of SVG": f'<g id="a">{HELD}</g>{USES}'.replace("<use", '<use xmlns="urn:x"'),
    "no id": f'<g class="id" title="a">{HELD}</g>{USES}',
    "second of two ids": f'<g id="a"><g/></g><g id="a">{HELD}</g>{USES}',
    "itself": '<use id="a" href="#a"/>' * 500 + HELD,
    "root": f"{USES}{HELD}".replace("#a", "#r"),
    "ancestor": f'<g id="a"><g id="b"><g>{USES}</g></g>{HELD}</g>',
    "chain of thirty": "".join(f'<g id="{n}"><use href="#{n + 1}"/></g>' for n in range(30)),
    "two that hold each other": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "many groups with ids and no use": '<g id="a"><g/></g>' * 65_100,
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_use_that_draws_little_or_nothing_is_accepted(body):
    assert check_svg(body) == SvgSize(None, None)


def test_limit_counts_what_is_drawn():
    # The root, a group of 498 with its 499 <use>, which draw 498 each, and 500 more.
    body = f'<g id="a">{"<g/>" * 497}</g>{USES[16:]}{"<g/>" * 500}'
    assert 1 + 498 + 499 + 499 * 498 + 500 == 250_000
    check_svg(body)
    with pytest.raises(SvgUnsafe):
        check_svg(body + "<g/>")


@pytest.mark.parametrize(
    ("body", "limit", "named"),
    [
        ('<g id="a"><g/></g>' * 65_100 + USES, 65_000, "<use> and more groups with an id than"),
        (
            "".join(f'<g id="{n}"><use href="#{n + 1}"/></g>' for n in range(40)),
            32,
            "nested deeper",
        ),
        (USES.replace("#a", "#" + "a" * 257), 256, "<use> of an id with more characters than"),
    ],
)
def test_other_limits_of_use_are_told(body, limit, named):
    with pytest.raises(SvgUnsafe, match=named) as caught:
        check_svg(body)
    assert caught.value.members["limit"] == limit
