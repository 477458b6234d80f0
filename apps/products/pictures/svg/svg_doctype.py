"""What an SVG may declare at its head: the SVG document type, and a few entities of plain text."""

from __future__ import annotations

from typing import Final

from apps.products.pictures.svg.svg_rules import quote_value

MAX_ENTITIES: Final = 20
MAX_ENTITY_CHARACTERS: Final = 200
# Each may put an entity's text in its place.
MAX_REFERENCES: Final = 10_000
DECLARATIONS: Final = "declares entities or attributes of its own"

_SYSTEM_IDS: Final = ("http://www.w3.org/", "https://www.w3.org/")
_PUBLIC_IDS: Final = ("-//W3C//DTD SVG", *_SYSTEM_IDS)


def find_doctype_fault(system_id: str | None, public_id: str | None) -> str | None:
    """What is wrong with such a DOCTYPE, as the refusal words it."""
    # Browsers know the entities of XHTML's DOCTYPEs, expat drops them unseen; other parsers fetch
    # whatever is named.
    for name, known in ((public_id, _PUBLIC_IDS), (system_id, _SYSTEM_IDS)):
        if name is not None and not name.startswith(known):
            return f"is that of another document type, {quote_value(name)}"
    return None


class EntityBudget:
    """Counts the entities that are declared, as Illustrator does for its namespaces, and their use.

    All other declarations are refused where they are met: after a parameter entity expat may skip
    some that a browser obeys (XML 1.0 §5.1).
    """

    def __init__(self) -> None:
        self._entities = 0
        self._references = 0

    def take_entity(self, value: str | None, *, is_parameter: bool) -> bool:
        """Whether this one is harmless: a text without markup, short, and one of few."""
        self._entities += 1
        return (
            value is not None
            and not is_parameter
            and self._entities <= MAX_ENTITIES
            and len(value) <= MAX_ENTITY_CHARACTERS
            and not any(mark in value for mark in "<&%")
        )

    def count_references(self, step: bytes) -> bool:
        """Count those in the next bytes; whether all so far are few enough."""
        self._references += step.count(b"&") - step.count(b"&#")
        return not self._entities or self._references <= MAX_REFERENCES
