"""Checks an SVG while its bytes arrive: well-formed, bounded, and neither active nor external."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from apps.problems import ImageDamaged, ImageRefused, NotAnImage, SvgUnsafe
from apps.products.svg_lengths import read_sides
from apps.products.svg_rules import (
    NAME_SEPARATOR,
    SVG_NAMESPACE,
    ElementRule,
    ElementRules,
    list_style_faults,
    pair_attributes,
    quote_value,
)
from apps.products.svg_uses import DrawnElements

# Expat, not defusedxml (0.7.1 of 2021): it streams, tells lines and is maintained with Python.

MAX_DEPTH = 256
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 512
MAX_NAMES = 4096
MAX_TOKEN_BYTES = 1024 * 1024
MAX_STYLE_CHARACTERS = 256 * 1024
MAX_STYLE_MARKS = 1_000_000
MAX_FINDINGS = 1000
MAX_FINDINGS_LISTED = 10

_STEP_BYTES = 64 * 1024
_SHORTEN_FROM_BYTES = 4096
_KEPT_BYTES = 256
# Path data and base64, with the line breaks that Illustrator writes as references. A run begins
# where no other can, and never backtracks: every byte is read once.
_PLAIN = rb"[A-Za-z0-9+/.,\- \t\r\n]"
_PLAIN_RUN = re.compile(rb"(?<!%b)%b{60,}+(?:&#(?:xA|10);%b{60,}+)*+" % (_PLAIN, _PLAIN, _PLAIN))
_LINE_BREAK = re.compile(rb"&#(?:xA|10);")
_HTML = re.compile(rb"(?i:(?:\xef\xbb\xbf)?\s*<!doctype\s+html)")
_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii"})
_DOCTYPES = ("-//W3C//DTD SVG", "http://www.w3.org/", "https://www.w3.org/")
_HANDLERS = (
    *("XmlDeclHandler", "StartDoctypeDeclHandler", "ProcessingInstructionHandler"),
    *("StartNamespaceDeclHandler", "StartElementHandler", "EndElementHandler"),
    "CharacterDataHandler",
)
_REASONS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "the file ends before <svg> is closed",
    expat.errors.XML_ERROR_UNBOUND_PREFIX: "a prefix is used that no xmlns: attribute declares",
}
_IS_HTML = "This is HTML, not a picture. Send the SVG that it shows as a file of its own."
_REMEDY = "Export it as plain SVG, with its pictures and fonts embedded."


@dataclass(frozen=True, slots=True)
class SvgSize:
    """Width and height in CSS px, None where the file leaves them open."""

    width: int | None
    height: int | None


class SvgCheck:
    """Feed the bytes of one file in pieces of any size, then finish.

    Both raise NotAnImage (HTML, or XML that is no SVG), ImageDamaged (not well-formed) or SvgUnsafe
    (findings with their lines, collected to the end; declarations and limits at once). Memory is
    bounded by the limits above, whatever the file.
    """

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=NAME_SEPARATOR)
        self._parser.ordered_attributes = True
        if hasattr(self._parser, "SetReparseDeferralEnabled"):
            # It hides how long the unfinished tag is, which `_parse` bounds in its place.
            self._parser.SetReparseDeferralEnabled(False)
        self._pending = bytearray()
        self._fed = 0
        self._shortens = True
        self._depth = self._elements = 0
        self._opened: list[str] | None = None  # attributes of the last tag, if it opens an element
        self._drawn = DrawnElements()
        self._size = SvgSize(None, None)
        self._rules = ElementRules()
        self._prefixes: set[str | None] = set()
        self._style = bytearray()  # UTF-8: thousands of short strings take three times as much
        self._style_depth = 0
        self._style_line = 0
        self._style_characters = 0
        self._style_marks = 0
        self._findings: list[str] = []
        self._found = 0
        self._connect()

    def feed(self, chunk: bytes) -> None:
        self._pending += chunk
        while len(self._pending) >= _STEP_BYTES:
            step = bytes(self._pending[:_STEP_BYTES])
            del self._pending[:_STEP_BYTES]
            self._parse(step)

    def finish(self) -> SvgSize:
        self._parse(bytes(self._pending), is_last=True)
        if self._found:
            self._refuse(SvgUnsafe(self._word_findings()))
        self._disconnect()
        self._drawn.check(self._elements)
        return self._size

    def _parse(self, step: bytes, *, is_last: bool = False) -> None:
        if not self._fed:
            if _HTML.match(step):
                self._refuse(NotAnImage(_IS_HTML))
            # Two letters may be one character of UTF-16: shortened, it would be another text.
            self._shortens = b"\0" not in step[:4]
        if self._shortens:
            step = _PLAIN_RUN.sub(_shorten_run, step)
        self._fed += len(step)
        try:
            self._parser.Parse(step, is_last)
        except expat.ExpatError as error:
            self._refuse_damaged(error)
        # Expat keeps an unfinished tag and reads it again at each step (CVE-2023-52425).
        if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN_BYTES and not is_last:
            self._refuse_limit("one tag or comment of more than", MAX_TOKEN_BYTES, "bytes")

    def _connect(self) -> None:
        self._parser.XmlDeclHandler = self._check_encoding
        self._parser.StartDoctypeDeclHandler = self._check_doctype
        self._parser.ProcessingInstructionHandler = self._check_instruction
        self._parser.StartNamespaceDeclHandler = self._count_prefix
        self._parser.StartElementHandler = self._open_element
        self._parser.EndElementHandler = self._close_element

    def _disconnect(self) -> None:
        # Parser and check hold each other, and would outlive the upload.
        for handler in _HANDLERS:
            setattr(self._parser, handler, None)

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            shown = quote_value(encoding)
            self._refuse(ImageDamaged(f"The SVG declares the encoding {shown}. Save it as UTF-8."))

    def _check_doctype(
        self, name: str, system_id: str | None, public_id: str | None, has_declarations: int
    ) -> None:
        if name.lower() == "html":
            self._refuse(NotAnImage(_IS_HTML))
        # After a parameter entity expat may skip declarations that a browser obeys (XML 1.0 §5.1).
        if has_declarations:
            what = "declares entities or attributes of its own"
        # Browsers know the entities of XHTML's DOCTYPEs, expat drops them unseen.
        elif (public_id or system_id or _DOCTYPES[0]).startswith(_DOCTYPES):
            return
        else:
            what = f"is that of another document type, {quote_value(public_id or system_id or '')}"
        line = self._parser.CurrentLineNumber
        self._refuse(SvgUnsafe(f"The DOCTYPE on line {line} {what}. {_REMEDY}"))

    def _check_instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            self._add_finding("<?xml-stylesheet?>", self._parser.CurrentLineNumber)

    def _count_prefix(self, prefix: str | None, _uri: str) -> None:
        self._prefixes.add(prefix)

    def _open_element(self, name: str, attributes: list[str]) -> None:
        if self._opened and "id" in self._opened[::2]:
            self._drawn.open_target(self._opened, self._depth, self._elements)
        self._opened, self._depth = attributes, self._depth + 1
        self._elements += 1
        if self._elements == 1:
            self._check_root(name, attributes)
        rule = self._rules[name]
        self._check_bounds(len(attributes) // 2)
        if rule.fault or rule.is_style or rule.is_use or self._style_depth:
            self._open_special(rule, attributes)
        values = iter(attributes)
        for attribute, value in zip(values, values, strict=True):
            check = rule.attributes[attribute]
            if check is not None:
                if "(" in value or "\\" in value:
                    self._count_marks(value)
                for fault in check(value):
                    self._add_finding(fault, self._parser.CurrentLineNumber)

    def _open_special(self, rule: ElementRule, attributes: list[str]) -> None:
        if rule.fault:
            self._add_finding(rule.fault, self._parser.CurrentLineNumber)
        if self._style_depth:  # browsers read what stands on both sides of it as one text
            self._add_finding("an element within <style>", self._parser.CurrentLineNumber)
        elif rule.is_style:
            self._open_style_sheet()
        elif rule.is_use:
            self._drawn.add_use(attributes)

    def _close_element(self, _name: str) -> None:
        if self._depth == self._style_depth:
            self._close_style_sheet()
        if self._depth == self._drawn.open_depth:
            self._drawn.close_target(self._elements)
        self._depth -= 1
        self._opened = None

    def _check_root(self, name: str, attributes: list[str]) -> None:
        namespace, _, local = name.rpartition(NAME_SEPARATOR)
        if local.lower() == "html":
            self._refuse(NotAnImage(_IS_HTML))
        if local != "svg":
            shown = quote_value(local)
            self._refuse(NotAnImage(f"This is XML with the root element {shown}, not an SVG."))
        if namespace != SVG_NAMESPACE:
            remedy = f'Write <svg xmlns="{SVG_NAMESPACE}">.'
            self._refuse(NotAnImage(f"The root element is not in the SVG namespace. {remedy}"))
        known = pair_attributes(attributes)
        sides = (known.get(side, "") for side in ("width", "height", "viewBox"))
        self._size = SvgSize(*read_sides(*sides))

    def _check_bounds(self, attributes: int) -> None:
        if self._depth > MAX_DEPTH:
            self._refuse_limit("elements nested deeper than", MAX_DEPTH)
        if self._elements > MAX_ELEMENTS:
            self._refuse_limit("more elements than", MAX_ELEMENTS)
        if attributes > MAX_ATTRIBUTES:
            self._refuse_limit("an element with more attributes than", MAX_ATTRIBUTES)
        # Neither expat nor Python forgets a name before the end of the file.
        if len(self._rules.names) + len(self._prefixes) > MAX_NAMES:
            self._refuse_limit("more different names than", MAX_NAMES)

    def _count_marks(self, value: str) -> None:
        # Each escape and each function is looked at by itself.
        self._style_marks += value.count("\\") + value.count("(")
        if self._style_marks > MAX_STYLE_MARKS:
            self._refuse_limit(
                "attributes with more backslashes and brackets than", MAX_STYLE_MARKS
            )

    def _open_style_sheet(self) -> None:
        self._style_depth = self._depth
        self._style_line = self._parser.CurrentLineNumber
        self._style.clear()
        self._parser.CharacterDataHandler = self._collect_style

    def _collect_style(self, text: str) -> None:
        self._style += text.encode()
        self._style_characters += len(text)
        if self._style_characters > MAX_STYLE_CHARACTERS:
            self._refuse_limit("style sheets of more than", MAX_STYLE_CHARACTERS, "characters")

    def _close_style_sheet(self) -> None:
        self._style_depth = 0
        self._parser.CharacterDataHandler = None
        for line, fault in list_style_faults(self._style.decode()):
            self._add_finding(fault, self._style_line + line)

    def _add_finding(self, what: str, line: int) -> None:
        self._found += 1
        if self._found <= MAX_FINDINGS_LISTED:
            self._findings.append(f"{what} on line {line}")
        if self._found == MAX_FINDINGS:
            self._refuse(SvgUnsafe(self._word_findings()))

    def _word_findings(self) -> str:
        more = self._found - len(self._findings)
        listed = "; ".join(self._findings) + (f"; and {more} more" if more else "")
        return f"The SVG holds active or external content: {listed}. {_REMEDY}"

    def _refuse_damaged(self, error: expat.ExpatError) -> NoReturn:
        if self._found:
            self._refuse(SvgUnsafe(self._word_findings()))
        reason = expat.ErrorString(error.code) or "unknown error"
        reason = _REASONS.get(reason, reason)
        self._refuse(ImageDamaged(f"The SVG is broken XML on line {error.lineno}: {reason}."))

    def _refuse_limit(self, what: str, limit: int, unit: str = "") -> NoReturn:
        line = self._parser.CurrentLineNumber
        detail = f"The SVG holds {what} {limit:,} {unit}".rstrip()
        self._refuse(SvgUnsafe(f"{detail} on line {line}.", limit=limit))

    def _refuse(self, problem: ImageRefused) -> NoReturn:
        self._disconnect()
        raise problem


def _shorten_run(match: re.Match[bytes]) -> bytes:
    # None of its characters opens or ends anything in XML, URLs or CSS; the filling keeps two words
    # from meeting, its line feeds keep the count.
    run = match.group()
    if len(run) < _SHORTEN_FROM_BYTES:
        return run
    run = _LINE_BREAK.sub(b"", run)
    first, last = run[:_KEPT_BYTES].removesuffix(b"\r"), run[-_KEPT_BYTES:]
    dropped = run[len(first) : -_KEPT_BYTES]
    filling = (b" 0 0 " if dropped.strip() else b" ") + b"\n" * dropped.count(b"\n")
    return first + filling + last
