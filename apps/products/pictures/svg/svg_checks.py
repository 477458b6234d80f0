"""Checks an SVG while its bytes arrive: well-formed, bounded, and neither active nor external."""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

from apps.problems import ImageDamaged, ImageRefused, NotAnImage, SvgUnsafe
from apps.products.pictures.containers.traits import Traits
from apps.products.pictures.remedies import CUT_OFF, SIMPLIFY
from apps.products.pictures.svg.svg_doctype import (
    DECLARATIONS,
    MAX_REFERENCES,
    EntityBudget,
    find_doctype_fault,
)
from apps.products.pictures.svg.svg_drawing import MEASURED, Drawing
from apps.products.pictures.svg.svg_findings import MAX_FINDINGS, REMEDY, Findings
from apps.products.pictures.svg.svg_lengths import SvgSize, read_longer_side, read_sides
from apps.products.pictures.svg.svg_rules import (
    NAME_SEPARATOR,
    SVG_NAMESPACE,
    ElementRule,
    ElementRules,
    pair_attributes,
    quote_value,
)
from apps.products.pictures.svg.svg_runs import shorten_runs
from apps.products.pictures.svg.svg_styles import (
    MAX_DEAR_SELECTORS,
    MAX_STYLE_CHARACTERS,
    StyleSheets,
)

# Expat, not defusedxml (0.7.1 of 2021): it streams, tells lines and is maintained with Python.

MAX_DEPTH = 256
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 512
MAX_NAMES = 4096
MAX_TOKEN_BYTES = 1024 * 1024
MAX_STYLE_MARKS = 100_000

_STEP_BYTES = 64 * 1024
_HTML = re.compile(rb"(?i:(?:\xef\xbb\xbf)?\s*<!doctype\s+html)")
_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii"})
_HANDLERS = (
    *("XmlDeclHandler", "StartDoctypeDeclHandler", "ProcessingInstructionHandler"),
    *("EntityDeclHandler", "SkippedEntityHandler", "AttlistDeclHandler", "ElementDeclHandler"),
    *("NotationDeclHandler", "StartNamespaceDeclHandler", "StartElementHandler"),
    *("EndElementHandler", "CharacterDataHandler"),
)
_REASONS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "the file ends before <svg> is closed",
    expat.errors.XML_ERROR_UNBOUND_PREFIX: "a prefix is used that no xmlns: attribute declares",
}
_CUT_OFF = (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
_IS_HTML = "This is HTML, not a picture; send the SVG that it shows as a file of its own."
_SAVE_AS_UTF_8 = "Save the SVG as UTF-8."


class SvgCheck:
    """Feed the bytes of one file in pieces of any size, then finish.

    Both raise NotAnImage (HTML, or XML that is no SVG), ImageDamaged (not well-formed) or SvgUnsafe
    (findings with their lines, collected to the end; declarations and limits at once). Memory is
    bounded by the limits above, whatever the file.
    """

    def __init__(self) -> None:
        # It is drawn in sRGB, on nothing.
        self.traits = Traits(8, "rgb", has_alpha=True, color_profile="srgb")
        self._parser = expat.ParserCreate(namespace_separator=NAME_SEPARATOR)
        self._parser.ordered_attributes = True
        if hasattr(self._parser, "SetReparseDeferralEnabled"):
            # It hides how long the unfinished tag is, which `_parse` bounds in its place.
            self._parser.SetReparseDeferralEnabled(False)
        self._pending = bytearray()
        self._fed = 0
        self._shortens = True
        self._depth = self._elements = 0
        self._drawing = Drawing()
        self._size = SvgSize(None, None)
        self._entities = EntityBudget()
        self._doctype_line = 0
        self._rules = ElementRules()
        self._prefixes: set[str | None] = set()
        self._sheets = StyleSheets()
        self._style_marks = 0
        self._findings = Findings()
        self._connect()

    def feed(self, chunk: bytes) -> None:
        self._pending += chunk
        while len(self._pending) >= _STEP_BYTES:
            step = bytes(self._pending[:_STEP_BYTES])
            del self._pending[:_STEP_BYTES]
            self._parse(step)

    def finish(self) -> SvgSize:
        self._parse(bytes(self._pending), is_last=True)
        if self._findings.count:
            self._refuse(self._findings.build_problem())
        self._disconnect()
        self._drawing.check(self._elements)
        return self._size

    def _parse(self, step: bytes, *, is_last: bool = False) -> None:
        if not self._fed:
            if _HTML.match(step):
                self._refuse(NotAnImage(_IS_HTML))
            # Two letters may be one character of UTF-16: shortened, it would be another text.
            self._shortens = b"\0" not in step[:4]
        self.traits.read_xmp(step.replace(b"\0", b""))
        if self._shortens:
            step = shorten_runs(step)
        if not self._entities.count_references(step):
            self._refuse_limit("entities, and more references than", MAX_REFERENCES)
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
        # Otherwise expat tells nothing of a parameter entity that it skips. None is ever fetched.
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        self._parser.EntityDeclHandler = self._check_entity
        self._parser.SkippedEntityHandler = self._check_skipped
        self._parser.AttlistDeclHandler = self._refuse_declaration
        self._parser.ElementDeclHandler = self._refuse_declaration
        self._parser.NotationDeclHandler = self._refuse_declaration
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
            told = f"The SVG declares the encoding {shown}."
            self._refuse(ImageDamaged(told, remedy=_SAVE_AS_UTF_8))

    def _check_doctype(
        self, name: str, system_id: str | None, public_id: str | None, _has_subset: int
    ) -> None:
        if name.lower() == "html":
            self._refuse(NotAnImage(_IS_HTML))
        self._doctype_line = self._parser.CurrentLineNumber
        if fault := find_doctype_fault(system_id, public_id):
            self._refuse_doctype(fault)

    def _check_entity(
        self, _name: str, is_parameter: bool, value: str | None, *_rest: str | None
    ) -> None:
        if not self._entities.take_entity(value, is_parameter=is_parameter):
            self._refuse_doctype(DECLARATIONS)

    def _check_skipped(self, _name: str, is_parameter: bool) -> None:
        if is_parameter:
            self._refuse_doctype(DECLARATIONS)

    def _refuse_declaration(self, *_declared: object) -> None:
        self._refuse_doctype(DECLARATIONS)

    def _refuse_doctype(self, what: str) -> NoReturn:
        self._refuse(SvgUnsafe(f"{REMEDY} The DOCTYPE on line {self._doctype_line} {what}."))

    def _check_instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            self._add_finding("<?xml-stylesheet?>", self._parser.CurrentLineNumber)

    def _count_prefix(self, prefix: str | None, _uri: str) -> None:
        self._prefixes.add(prefix)

    def _open_element(self, name: str, attributes: list[str]) -> None:
        self._drawing.open_content(self._depth, self._elements)
        self._depth += 1
        self._elements += 1
        if self._elements == 1:
            self._check_root(name, attributes)
        rule = self._rules[name]
        self._check_bounds(len(attributes) // 2)
        if rule.fault or rule.is_style or self._sheets.depth:
            self._open_special(rule)
        self._check_fault(self._drawing.open_tag(rule, name, attributes))
        values = iter(attributes)
        for attribute, value in zip(values, values, strict=True):
            check = rule.attributes[attribute]
            if check is None and attribute != "class":
                continue
            if "(" in value or "dash" in value or "\\" in value or attribute in MEASURED:
                self._count_value(attribute, value)
            for fault in check(value) if check else ():
                self._add_finding(fault, self._parser.CurrentLineNumber)
        self._check_fault(self._drawing.close_tag(name, attributes, self._depth))

    def _open_special(self, rule: ElementRule) -> None:
        if rule.fault:
            self._add_finding(rule.fault, self._parser.CurrentLineNumber)
        if self._sheets.depth:  # browsers read what stands on both sides of it as one text
            self._add_finding("an element within <style>", self._parser.CurrentLineNumber)
        elif rule.is_style:
            self._sheets.open(self._depth, self._parser.CurrentLineNumber)
            self._parser.CharacterDataHandler = self._collect_style

    def _close_element(self, _name: str) -> None:
        if self._depth == self._sheets.depth:
            self._close_style_sheet()
        self._drawing.close_element(self._depth, self._elements)
        self._depth -= 1

    def _check_root(self, name: str, attributes: list[str]) -> None:
        namespace, _, local = name.rpartition(NAME_SEPARATOR)
        if local.lower() == "html":
            self._refuse(NotAnImage(_IS_HTML))
        if local != "svg":
            shown = quote_value(local)
            told = f"It is XML with the root element {shown}, not an SVG."
            self._refuse(NotAnImage(f"This is no SVG; export the drawing as SVG. {told}"))
        if namespace != SVG_NAMESPACE:
            mend = f'Write <svg xmlns="{SVG_NAMESPACE}">.'
            told = f"The root element is not in the SVG namespace. {mend}"
            self._refuse(NotAnImage(f"Browsers cannot show this SVG; export it again. {told}"))
        known = pair_attributes(attributes)
        width, height, view_box = (known.get(side, "") for side in ("width", "height", "viewBox"))
        self._size = read_sides(width, height, view_box)
        self._drawing.effects.side = read_longer_side(self._size, view_box)

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

    def _count_value(self, attribute: str, value: str) -> None:
        # Each escape and each function is looked at by itself.
        self._style_marks += value.count("\\") + value.count("(")
        if self._style_marks > MAX_STYLE_MARKS:
            self._refuse_limit(
                "attributes with more backslashes and brackets than", MAX_STYLE_MARKS
            )
        self._check_fault(self._drawing.add_value(attribute, value))

    def _collect_style(self, text: str) -> None:
        self._sheets.collect(text)
        if self._sheets.characters > MAX_STYLE_CHARACTERS:
            self._refuse_limit("style sheets of more than", MAX_STYLE_CHARACTERS, "characters")

    def _close_style_sheet(self) -> None:
        self._parser.CharacterDataHandler = None
        faults, rules = self._sheets.close()
        for line, fault in faults:
            self._add_finding(fault, line)
        if self._sheets.dear_selectors > MAX_DEAR_SELECTORS:
            self._refuse_limit("more selectors with :has(), ~ or * than", MAX_DEAR_SELECTORS)
        self._check_fault(self._drawing.add_style_sheet(rules))

    def _check_fault(self, fault: tuple[str, int] | None) -> None:
        if fault:
            self._refuse_limit(*fault)

    def _add_finding(self, what: str, line: int) -> None:
        self._findings.add(what, line)
        if self._findings.count == MAX_FINDINGS:
            self._refuse(self._findings.build_problem())

    def _refuse_damaged(self, error: expat.ExpatError) -> NoReturn:
        if self._findings.count:
            self._refuse(self._findings.build_problem())
        reason = expat.ErrorString(error.code) or "unknown error"
        told = f"The SVG is broken XML on line {error.lineno}: {_REASONS.get(reason, reason)}."
        if reason in _CUT_OFF:
            self._refuse(ImageDamaged(told, remedy=CUT_OFF))
        self._refuse(ImageDamaged(told))

    def _refuse_limit(self, what: str, limit: int, unit: str = "") -> NoReturn:
        line = self._parser.CurrentLineNumber
        detail = f"The SVG holds {what} {limit:,} {unit}".rstrip()
        self._refuse(SvgUnsafe(f"{SIMPLIFY} {detail} on line {line}.", limit=limit))

    def _refuse(self, problem: ImageRefused) -> NoReturn:
        self._disconnect()
        raise problem
