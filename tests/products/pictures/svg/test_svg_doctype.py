import time

import pytest

from apps.problems import SvgUnsafe
from apps.products.pictures.svg.svg_lengths import SvgSize
from tests.products.pictures.svg.test_svg_checks import REMEDY, check_svg, read_refusal, svg


def declare(doctype: str) -> bytes:
    return f'<?xml version="1.0"?>\n<!DOCTYPE svg {doctype}>\n'.encode() + svg("<text>&a;</text>")


@pytest.mark.parametrize(
    "doctype",
    [
        '[<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]',
        '[<!ENTITY a "&#60;g/>">]',
        '[<!ENTITY a "&#38;#60;g/>">]',
        "[<!ENTITY a '&#37;b;'>]",
        f'[<!ENTITY a "{"b" * 201}">]',
        "[" + "".join(f'<!ENTITY a{n} "b">' for n in range(21)) + "]",
        '[<!ENTITY a SYSTEM "x" NDATA n>]',
        "[<!ELEMENT svg ANY>]",
        '[<!ENTITY a SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY % p SYSTEM "http://example.com/x.dtd"> %p;]',
        "[%p; <!ENTITY a 'b'>]",
        '[<!ATTLIST svg onload CDATA "alert(1)">]',
        '[<!NOTATION n SYSTEM "x">]',
        '[<!ENTITY a "b"><!ATTLIST svg onload CDATA "alert(1)">]',
    ],
)
def test_declarations_in_the_doctype_are_refused(doctype):
    assert read_refusal(declare(doctype)) == (
        f"{REMEDY} The DOCTYPE on line 2 declares entities or attributes of its own."
    )


@pytest.mark.parametrize(
    "doctype",
    [
        'PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"',
        'SYSTEM "chrome://x/locale/a.dtd"',
        'PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://example.com/svg11.dtd"',
        'PUBLIC "-//W3C//DTD SVG 20000303 Stylable//EN" "x"',
        'PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org.example.com/"',
        'PUBLIC "-//W3C//DTD SVG 1.1//EN" ""',
    ],
)
def test_doctype_whose_entities_browsers_know_is_refused(doctype):
    assert "another document type" in read_refusal(declare(doctype))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE svg>",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">',
        '<!DOCTYPE svg SYSTEM "http://www.w3.org/TR/2001/REC-SVG-20010904/DTD/svg10.dtd">',
    ],
)
def test_plain_doctype_is_accepted(doctype):
    assert check_svg(doctype.encode() + svg("")) == SvgSize(None, None)


ILLUSTRATOR = """<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 19.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
	<!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
	<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
	<!ENTITY ns_svg "http://www.w3.org/2000/svg">
	<!ENTITY st0 'fill:%s;'>
]>
<svg xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="&ns_svg;" width="3" height="4">
<g style="&st0;"/>%s</svg>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_plain_text_are_taken(encoding):
    file = (ILLUSTRATOR % ("#fff", "")).replace("utf-8", encoding).encode(encoding)
    assert {check_svg(file, step) for step in (1, 7, 65536)} == {SvgSize(3, 4)}


def test_entities_hide_nothing():
    assert 'url() to "//x" on line 10' in read_refusal((ILLUSTRATOR % ("url(//x)", "")).encode())
    assert "CSS @import" in read_refusal(
        (ILLUSTRATOR % ("mport", "<style>@i&st0; 'x'</style>")).replace("fill:", "").encode()
    )


def test_entities_are_not_repeated_without_end(plain_seconds):
    started = time.process_time()
    file = (ILLUSTRATOR % ("x" * 190, "<text>" + "&st0;" * 1_000_000 + "</text>")).encode()
    with pytest.raises(SvgUnsafe, match="and more references than 10,000") as caught:
        check_svg(file)
    assert caught.value.members["limit"] == 10_000
    assert time.process_time() - started < plain_seconds / 3
