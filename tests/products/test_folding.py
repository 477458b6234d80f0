"""Names as people look for them, and how they are sorted."""

from __future__ import annotations

import pytest

from apps.products.folding import build_sort_key, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("GRÜNER Veltliner", "gruner veltliner"),
        ("Straße", "strasse"),
        ("Crème brûlée", "creme brulee"),
        ("Smørrebrød", "smorrebrod"),
        ("ﬁne 5 L", "fine 5 l"),
        ("抹茶", "抹茶"),
        ("a" + "\u0301\u0327" * 32_000, "a"),
        ("é" * 2000, "e" * 1024),
    ],
)
def test_case_and_accents_are_folded(text: str, folded: str):
    assert fold(text) == folded


def test_accents_stand_beside_their_letters_and_numbers_as_numbers():
    names = ["Zebra", "Éclair 10", "eclair 2", "Apfel", "Äpfel 3", "Eclair"]

    assert sorted(names, key=build_sort_key) == [
        *("Apfel", "Äpfel 3", "Eclair", "eclair 2", "Éclair 10", "Zebra")
    ]
