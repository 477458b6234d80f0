import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.problems import ImageDamaged, NotAnImage, Problem, SvgUnsafe
from apps.products.pictures.svg.svg_checks import SvgCheck
from apps.products.pictures.svg.svg_lengths import SvgSize
from tests.products.pictures.image_verdicts import assert_said_for_people

XHTML = 'xmlns:h="http://www.w3.org/1999/xhtml"'
REMEDY = (
    "Export it as plain SVG, with its pictures embedded and its text as outlines (in Illustrator:"
    " Export As, SVG, Font: Convert to Outlines, Images: Embed)."
)


def svg(body: str, attributes: str = "") -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f" {attributes}>\n{body}\n</svg>"
    ).encode()


def check_svg(file: bytes, step: int = 65536) -> SvgSize:
    check = SvgCheck()
    for start in range(0, len(file), step):
        check.feed(file[start : start + step])
    return check.finish()


def read_refusal(file: bytes, problem: type[Problem] = SvgUnsafe) -> str:
    with pytest.raises(problem) as caught:
        check_svg(file)
    assert type(caught.value) is problem
    assert caught.value.members["errors"] == [{"field": "image", "message": caught.value.detail}]
    assert_said_for_people(caught.value.detail)
    return caught.value.detail


def tell_outcome(file: bytes, step: int) -> str:
    try:
        return str(check_svg(file, step))
    except (NotAnImage, ImageDamaged, SvgUnsafe) as problem:
        return problem.detail


# Collected from OWASP's cheat sheets, html5sec.org, PortSwigger's SVG vectors, the SVG SSRF
# cheatsheet and DOMPurify's tests; right: what the refusal must name.
VECTORS = {
    # Elements.
    "script": ("<script>alert(1)</script>", "<script> on line 2"),
    "script empty": ('<script href="#a"/>', "<script>"),
    "script upper case": ("<SCRIPT/>", "<SCRIPT>"),
    "script prefixed": (
        '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
        "<script>",
    ),
    "script of XHTML": (f"<h:script {XHTML}>alert(1)</h:script>", "HTML element <script>"),
    "script of no namespace": ('<g xmlns=""><script/></g>', "<script>"),
    "script of another namespace": ('<x:script xmlns:x="urn:x"/>', "<script>"),
    "script in defs in CDATA": ("<defs><script><![CDATA[alert(1)]]></script></defs>", "<script>"),
    "script in title": ("<title><script/></title>", "<script>"),
    "foreignObject": ("<foreignObject/>", "<foreignObject>"),
    "foreignObject lower case": ("<foreignobject/>", "<foreignobject>"),
    "body by default namespace": (
        '<body xmlns="http://www.w3.org/1999/xhtml"/>',
        "HTML element <body>",
    ),
    "iframe": (f'<h:iframe {XHTML} src="data:text/html,x"/>', "HTML element <iframe>"),
    "embed": ("<embed/>", "<embed>"),
    "object": ("<object/>", "<object>"),
    "img": ("<img/>", "<img>"),
    "link": ("<link/>", "<link>"),
    "meta refresh": ('<meta http-equiv="refresh" content="0;url=//x"/>', "<meta>"),
    "base": ("<base/>", "<base>"),
    "form": ("<form/>", "<form>"),
    "video": ("<video/>", "<video>"),
    "audio": ("<audio/>", "<audio>"),
    "handler of SVG Tiny": ('<handler type="text/ecmascript">alert(1)</handler>', "<handler>"),
    "listener of XML Events": (
        '<ev:listener xmlns:ev="http://www.w3.org/2001/xml-events" event="load"/>',
        "XML Events element <listener>",
    ),
    "XInclude": (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
        "XInclude element <include>",
    ),
    "XSLT": (
        '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"/>',
        "XSLT element <stylesheet>",
    ),
    "xml-stylesheet": ('<?xml-stylesheet href="x.css"?>', "<?xml-stylesheet?> on line 2"),
    # Event attributes.
    "onload": ('<g onload="alert(1)"/>', "attribute onload"),
    "onbegin of animate": ('<animate onbegin="alert(1)" attributeName="x"/>', "attribute onbegin"),
    "event in mixed case": ('<g oNcLiCk=""/>', "attribute oNcLiCk"),
    "event of unknown name": ('<g onfuture=""/>', "attribute onfuture"),
    "event on metadata": ('<x:y xmlns:x="urn:x" onclick=""/>', "attribute onclick"),
    "ev:event": (
        '<g xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load"/>',
        "attribute event",
    ),
    # References.
    "a to javascript": ('<a href="javascript:alert(1)"/>', 'href to "javascript:alert(1)"'),
    "xlink:href to javascript": ('<a xlink:href="javascript:alert(1)"/>', "xlink:href to"),
    "xlink by another prefix": (
        '<a xmlns:l="http://www.w3.org/1999/xlink" l:href="javascript:alert(1)"/>',
        "xlink:href to",
    ),
    "xlink on metadata": ('<x:y xmlns:x="urn:x" xlink:href="javascript:alert(1)"/>', "xlink:href"),
    "javascript with tab": ('<a href="java&#09;script:alert(1)"/>', '"javascript:alert(1)"'),
    "javascript with line feeds": ('<a href="&#10;j&#xA;avascript:alert(1)"/>', "javascript:"),
    "javascript after a control": ('<a href="&#x20;JaVaScRiPt:x"/>', "JaVaScRiPt:x"),
    "javascript spelled by references": ('<a href="&#106;&#x61;vascript:alert(1)"/>', "javascript"),
    "vbscript": ('<a href="vbscript:msgbox(1)"/>', "vbscript:"),
    "data HTML": ('<a href="data:text/html,&lt;script>"/>', "data:text/html"),
    "data SVG": ('<image href="data:image/svg+xml;base64,PHN2Zz4="/>', "data:image/svg+xml"),
    "data SVG in capitals": ('<use href="DATA:IMAGE/SVG+XML,x#a"/>', "DATA:IMAGE/SVG+XML"),
    "data SVG after a space": ('<use href="data: image/svg+xml,x"/>', "data: image"),
    "data XML": ('<use href="data:application/xml,x#a"/>', "data:application/xml"),
    "data without type": ('<use href="data:,x"/>', "data:,x"),
    "data font as a picture": ('<image href="data:font/woff2;base64,AA"/>', "data:font"),
    "link of FTP": ('<a href="ftp://example.com/"/>', 'href to "ftp://example.com/"'),
    "link to a host": ('<a href="//example.com/"/>', 'href to "//example.com/"'),
    "link of no SVG": ('<a xmlns="" href="https://example.com/"/>', "href to"),
    "load like a link": ('<image href="https://example.com/"/>', 'href to "https://example.com/"'),
    "base of a link": ('<a xml:base="https://example.com/"/>', "xml:base to"),
    "host": ('<image xlink:href="//example.com/a.png"/>', '"//example.com/a.png"'),
    "backslashes": ('<image href="\\\\example.com\\a.png"/>', "example.com"),
    "relative file": ('<image href="photo.jpg"/>', '"photo.jpg"'),
    "query": ('<image href="?x"/>', '"?x"'),
    "file": ('<image xlink:href="file:///etc/passwd"/>', '"file:///etc/passwd"'),
    "use of another file": ('<use href="other.svg#x"/>', '"other.svg#x"'),
    "feImage": ('<filter><feImage href="http://example.com/x"/></filter>', "http://example.com/x"),
    "href in capitals": ('<a HREF="javascript:alert(1)"/>', "HREF to"),
    "src": ('<image src="http://example.com/x"/>', "src to"),
    "formaction": ('<g formaction="javascript:alert(1)"/>', "formaction to"),
    "ping": ('<a ping="http://example.com/"/>', "ping to"),
    "xml:base": ('<g xml:base="http://example.com/"/>', "xml:base to"),
    # Animation.
    "set of an event": ('<set attributeName="onmouseover" to="alert(1)"/>', "animation of onmouse"),
    "animate of href": ('<animate attributeName="href" values="#a"/>', "animation of href"),
    "animate of xlink:href": ('<animate attributeName="xlink:href"/>', "animation of href"),
    "animate of padded href": ('<animate attributeName=" &#9;HREF "/>', "animation of HREF"),
    "animate to javascript": ('<animate attributeName="x" to="javascript:x"/>', "CSS javascript:"),
    "animate to url": (
        '<animate attributeName="fill" values="red;url(http://example.com)"/>',
        'url() to "http://example.com"',
    ),
    # CSS.
    "import": ("<style>\n@import 'x.css';</style>", "CSS @import on line 3"),
    "import in CDATA": ("<style><![CDATA[@IMPORT url(#a)]]></style>", "CSS @import"),
    "import by escape": (r"<style>@\69mport 'x'</style>", "CSS @import"),
    "import by letters": (r"<style>@\im\70 ort 'x'</style>", "CSS @import"),
    "url by escape": (r'<g style="fill:\75rl(http://example.com)"/>', "example.com"),
    "url by long escape": (r'<g fill="\000075 RL(//x)"/>', 'url() to "//x"'),
    "url across nodes": ("<style>a{fill:u<!-- -->rl(x.svg)}</style>", 'url() to "x.svg"'),
    "url between false comments": (
        """<style>a{content:"/*";fill:url(x.svg);content:"*/"}</style>""",
        "x.svg",
    ),
    "url by escape and CR LF": ('<g fill="\\75&#13;&#10;rl(//x)"/>', 'url() to "//x"'),
    "url by escape and CR": ('<g fill="\\75&#13;rl(//x)"/>', 'url() to "//x"'),
    "url by escape and form feed": (
        "<style>a{fill:\\75&#13;&#10;rl(//x)}</style>",
        'url() to "//x"',
    ),
    "import by escape and CR LF": (r"<style>@\69&#13;&#10;mport 'x'</style>", "CSS @import"),
    "url to a space that CSS does not know": ('<g fill="url(&#160;#a)"/>', "url() to"),
    "url to a next line": ('<g fill="url(&#133;#a)"/>', "url() to"),
    "url to an ideographic space": ("<style>a{fill:url('&#x3000;#a')}</style>", "url() to"),
    "url quoted": ("""<g style="fill:url( 'http://example.com' )"/>""", "http://example.com"),
    "url of nothing": ('<g fill="url()"/>', 'url() to ""'),
    "url to SVG data": ('<g mask="url(data:image/svg+xml,x)"/>', "data:image/svg+xml"),
    "url second": ('<g filter="url(#a) url(b.svg#c)"/>', 'url() to "b.svg#c"'),
    "cursor": ('<g cursor="url(http://example.com/a.cur)"/>', "a.cur"),
    "marker": ('<path marker-end="url(//example.com#m)"/>', "//example.com#m"),
    "clip-path": ('<g clip-path="URL(//example.com#m)"/>', "//example.com#m"),
    "font-face": ("<style>@font-face{src:url(//x/a.woff)}</style>", "//x/a.woff"),
    "image-set": ("""<g style="mask:image-set('//x' 1x)"/>""", "CSS image-set("),
    "src()": ("""<g style="mask:src('//x')"/>""", "CSS src("),
    "expression": ('<g style="width:expression(alert(1))"/>', "CSS expression("),
    "expression with comment": ('<g style="width:exp/**/ression(x)"/>', "CSS expression("),
    "binding": ('<g style="-moz-binding: url(#x)"/>', "CSS -moz-binding:"),
    "behavior": ('<g style="behavior:url(#default#time2)"/>', "CSS behavior:"),
    "style of XHTML": (f"<h:style {XHTML}>@import 'x'</h:style>", "CSS @import"),
    "import around": ("<style>@im<g>x</g>port 'x'</style>", "an element within <style>"),
    "style in style": ("<style><style>x</style>@import 'x'</style>", "CSS @import"),
}


@pytest.mark.parametrize(("body", "named"), VECTORS.values(), ids=VECTORS)
def test_active_or_external_content_is_refused_by_name(body, named):
    assert named in read_refusal(svg(body))
    assert named in read_refusal(svg(body).decode().encode("utf-16"))


HARMLESS = {
    "fragment": '<use href="#a"/><use xlink:href=" #a"/><a href=""/>',
    "png": '<image xlink:href="data:image/png;base64,iVBORw0KGgo="/>',
    "jpeg as Illustrator 9 wrote it": '<image xlink:href="data:;base64,/9j/4AAQ"/>',
    "jpeg as XD writes it": '<image href="data:img/jpg;base64,/9j/&#xA;4AAQ"/>',
    "fonts": "<style>@font-face{font-family:A;src:local('A'),url('data:font/woff2;base64,d0')"
    "format('woff2'),url(data:application/x-font-ttf;charset=utf-8;base64,AA)}</style>",
    "css": "<style>/* a (b) */ .a:hover>b{fill:url(#g);scroll-behavior:smooth;"
    "image-rendering:auto;transition:all .2s cubic-bezier(0,0,1,1)}</style>",
    "css in cdata": '<style type="text/css"><![CDATA[.st0{clip-path:url("#S_2_");}]]></style>',
    "presentation attributes": '<g fill="url( \'#a\' ) red" filter="url(#f)" cursor="pointer"/>',
    "animation": '<animate attributeName="fill" values="red;blue" begin="a.click"/>'
    '<set attributeName="xlink:title" to="on"/>',
    "names that begin with on": '<i:e xmlns:i="urn:i" only_selected="true" i:onload="x"/>',
    "links": '<a href="https://example.com/"/><a xlink:href=" HTTP://example.com/x?y#z"/>'
    '<a href="mailto:a@example.com"/>',
    "Inkscape": '<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/x"/>'
    '<g xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:label="url(x)" '
    'inkscape:export-filename="/home/a/b.png" style="fill:#f00;-inkscape-stroke:none"/>',
    "RDF": '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<cc:Work rdf:about=""><dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/>'
    '<cc:license href="http://creativecommons.org/" rdf:resource="http://x"/><dc:source>x'
    "</dc:source></cc:Work></rdf:RDF></metadata>",
    "Adobe": '<switch><g requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/" '
    'xmlns:i="http://ns.adobe.com/AdobeIllustrator/10.0/" i:extraneous="self"/></switch>'
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    "Figma": '<defs><pattern id="p"><use xlink:href="#i" transform="scale(.1)"/></pattern></defs>'
    '<g style="mix-blend-mode:multiply;mask-type:alpha" data-figma="url(x)"/>',
    "words in text": "<text>javascript: url(http://x) @import</text><desc>onload=</desc>",
    "comment": "<!-- <script>alert(1)</script> -->",
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_harmless_content_is_accepted(body):
    assert check_svg(svg(body, 'width="3" height="4"')) == SvgSize(3, 4)


def test_all_findings_are_listed_with_their_lines():
    file = svg('<script/>\n<g\n onclick="" style="fill:url(a)"/>\n<style>\n\n@import "x"</style>')
    assert read_refusal(file) == (
        f"{REMEDY} The SVG holds active or external content: <script> on line 2;"
        ' attribute onclick on line 3; url() to "a" on line 3; CSS @import on line 7.'
    )


def test_findings_past_the_tenth_are_counted():
    assert "onclick on line 11; and 5 more." in read_refusal(svg('<g onclick=""/>\n' * 15))


def test_thousand_findings_end_the_check():
    assert "; and 990 more." in read_refusal(svg('<g onclick=""/>' * 2000))


def test_findings_of_a_broken_file_are_still_told():
    assert "attribute onload on line 1" in read_refusal(
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="">'
    )


def test_long_values_are_told_in_part():
    detail = read_refusal(svg(f'<use href="http://x/&#x202E;{"y" * 5000}"/>'))
    assert f'href to "http://x/\N{REPLACEMENT CHARACTER}{"y" * 50}…" on line 2' in detail


NOT_SVG = {
    "html": (b"<!DOCTYPE html><svg/>", "This is HTML"),
    "html lower case": (b"\xef\xbb\xbf\n<!doctype html>\n<title>x", "This is HTML"),
    "html by root": (b"<HTML><body>", "This is HTML"),
    "html after comment": (b"<!-- --><!DOCTYPE HTML PUBLIC 'x' 'y'><html>", "This is HTML"),
    "rss": (b"<?xml version='1.0'?><rss></rss>", 'the root element "rss", not an SVG'),
    "no namespace": (b"<svg/>", 'Write <svg xmlns="http://www.w3.org/2000/svg">.'),
    "wrong namespace": (b'<svg xmlns="http://www.w3.org/2000/svg/"/>', "not in the SVG namespace"),
}


@pytest.mark.parametrize(("file", "named"), NOT_SVG.values(), ids=NOT_SVG)
def test_other_documents_are_no_image(file, named):
    assert named in read_refusal(file, NotAnImage)


DAMAGED = {
    "empty": (b"", "on line 1: the file ends before <svg> is closed"),
    "cut": (svg("<g/>")[:-6], "on line 3: the file ends before"),
    "cut in a tag": (svg('<g id="')[:-8], "on line 2: unclosed token"),
    "prefix": (svg("<g><a:b/></g>"), "on line 2: a prefix is used that no xmlns:"),
    "mismatch": (svg("\n<g>"), "on line 4: mismatched tag"),
    "attribute twice": (svg('<g a="" a=""/>'), "duplicate attribute"),
    "junk": (svg("") + b"<g/>", "junk after document element"),
    "text after": (svg("") + b"\nx", "on line 4"),
    "nul": (svg("\0"), "not well-formed (invalid token)"),
    "entity": (svg("&nbsp;"), "undefined entity"),
    "invalid UTF-8": (svg("").replace(b"\n", b"\xff"), "not well-formed"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + svg(""), 'the encoding "UTF-7"'),
    "unknown encoding": (
        b'<?xml version="1.0" encoding="x-y"?>' + svg(""),
        "Save the SVG as UTF-8.",
    ),
    "shift_jis": (b'<?xml version="1.0" encoding="Shift_JIS"?>' + svg(""), '"Shift_JIS"'),
    "not the encoding": (b'<?xml version="1.0" encoding="UTF-16"?>' + svg(""), "encoding"),
    "space before declaration": (b' <?xml version="1.0"?>' + svg(""), "not at start of entity"),
}


@pytest.mark.parametrize(("file", "named"), DAMAGED.values(), ids=DAMAGED)
def test_broken_xml_is_damaged_and_says_where(file, named):
    assert named in read_refusal(file, ImageDamaged)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_known_encodings_are_accepted(encoding):
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    text = declaration + svg("<text>&#233;</text>", 'width="7"').decode() + "\n<!-- x -->\n"
    assert check_svg(text.encode(encoding)) == SvgSize(7, None)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="640" height="480.4"', (640, 480)),
        ('width=" 1in " height="25.4mm"', (96, 96)),
        ('width="2.54cm" height="101.6Q"', (96, 96)),
        ('width="72pt" height="6pc"', (96, 96)),
        ('width="1e2PX" height=".2"', (100, 1)),
        ('width="100%" height="5em" viewBox="0 0 24 12"', (24, 12)),
        ('viewBox="-1,-1, 0.5 24.5"', (1, 24)),
        ('width="48" viewBox="0 0 24 12"', (48, 24)),
        ('height="48" viewBox="0 0 24 12"', (96, 48)),
        ('width="48"', (48, None)),
        ('width="0" height="-5"', (None, None)),
        ('width="nan" height="1e999"', (None, None)),
        ('width="3000000000" height="auto"', (None, None)),
        ('viewBox="0 0 0 24"', (None, None)),
        ('viewBox="0 0 inf nan"', (None, None)),
        ('viewBox="0 0 24"', (None, None)),
        ("", (None, None)),
    ],
)
def test_size_is_told_in_css_pixels(attributes, size):
    assert check_svg(svg("", attributes)) == SvgSize(*size)


LIMITS = {
    "depth": (svg("<g>" * 256), 256, "elements nested deeper than 256 on line 2."),
    "elements": (svg("<g/>" * 250_000), 250_000, "more elements than 250,000"),
    "attributes": (svg("<g" + "".join(f" a{n}=''" for n in range(513)) + "/>"), 512, "attributes"),
    "names": (svg("".join(f"<g{n}/>" for n in range(4096))), 4096, "more different names"),
    "prefixes": (svg("".join(f'<g xmlns:p{n}="u"/>' for n in range(4096))), 4096, "names"),
    "tag": (svg(f'<g d="{";" * 1_200_000}"/>'), 1_048_576, "one tag or comment of more than"),
    "marks": (
        svg(f"<g style='{'(' * 10_001}'/>" * 10),
        100_000,
        "backslashes and brackets than",
    ),
    "style": (svg(f"<style>{';' * 300_000}</style>"), 262_144, "style sheets of more than"),
}


@pytest.mark.parametrize(("file", "limit", "named"), LIMITS.values(), ids=LIMITS)
def test_limits_are_told(file, limit, named):
    with pytest.raises(SvgUnsafe, match=named) as caught:
        check_svg(file)
    assert caught.value.members["limit"] == limit


BASE64 = base64.b64encode(bytes(range(57))).decode()
LARGE = {
    "base64": ('<image href="data:image/png;base64,', BASE64, '"/>'),
    "base64 in lines": ('<image href="data:image/png;base64,', BASE64 + "\n", '"/>'),
    "base64 of Illustrator": ('<image href="data:image/png;base64,', BASE64 + "&#xA;", '"/>'),
    "path": ('<path d="', "M1.5,-2 C3 4,5 6,7e1 8 \r\n", '"/>'),
    "font": ("<style>@font-face{src:url(data:font/woff2;base64,", BASE64, ")}</style>"),
    "text": ("<text>", "&lt;;", "</text>"),
    "white space": ("<g", " ", "id='a'/>"),
}


@pytest.mark.parametrize(("before", "unit", "after"), LARGE.values(), ids=LARGE)
def test_four_megabytes_cost_little_and_lines_are_kept(before, unit, after, plain_seconds):
    units = 4_000_000 // len(unit)
    file = svg(before + unit * units + after + "<script/>")
    started = time.process_time()
    assert f"<script> on line {2 + unit.count(chr(10)) * units}." in read_refusal(file)
    assert time.process_time() - started < plain_seconds / 3


@pytest.mark.parametrize(
    "body",
    [
        f'<a href="{"/" * 9000}#a"/>',
        f'<a href="{" " * 9000}javascript:x"/>',
        f'<a href="{" " * 300}x{" " * 9000}#a"/>',
        f'<g style="{"a" * 9000} fill:url(x)"/>',
        f'<animate attributeName="{" " * 300}href{" " * 9000}"/>',
        f'<g fill="{"a" * 9000}" onclick="x"/>',
    ],
)
def test_long_runs_hide_nothing(body):
    read_refusal(svg(body))


def test_letters_of_utf16_are_not_taken_for_a_long_run():
    # 䅁 is AA in bytes: shortening them would shift what follows by half a character.
    read_refusal(svg(f"<text>{'䅁' * 9000}</text><script/>").decode().encode("utf-16"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 60))
def test_any_bytes_are_a_size_or_a_problem(junk, step):
    for file in (junk, svg("")[:-6] + junk, junk + svg("")):
        tell_outcome(file, step)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_mutated_files_are_a_size_or_a_problem_however_they_arrive(data):
    body = data.draw(st.sampled_from([body for body, _ in VECTORS.values()]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
    file = bytearray(svg(body).decode().encode(encoding))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)))):
        file[-place] = value
    outcomes = {tell_outcome(bytes(file), step) for step in (1, 7, 65536)}
    assert len(outcomes) == 1
