"""What channels say to pictures that are made here and measured as the service does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from apps.products.incoming_image import IncomingImage
from apps.products.readiness.verdicts import judge
from apps.products.renditions.render_worker import render
from tests.products.readiness.made_pictures import MADE
from tests.products.readiness.test_verdicts import LETTERS, TODAY


def measure(picture: bytes):
    with closing(IncomingImage()) as incoming:
        incoming.receive(picture)
        measures = incoming.measures
    [told] = render(picture, measures.image_format, ())
    return replace(measures, **json.loads(told))


@pytest.mark.parametrize(
    ("make", "expected"), [row[1:] for row in MADE], ids=[row[0] for row in MADE]
)
def test_channels_say_to_a_made_picture_what_they_would(make: Callable[[], bytes], expected: str):
    verdicts = judge(measure(make()), TODAY)

    assert [each.verdict for each in verdicts] == [LETTERS[each] for each in expected.split()]
