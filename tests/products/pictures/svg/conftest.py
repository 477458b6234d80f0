from __future__ import annotations

import time

import pytest

from tests.products.pictures.svg.test_svg_uses import check_svg


@pytest.fixture(scope="session")
def plain_seconds() -> float:
    """What 200,000 elements without rules would take, on this machine and under this tracer."""
    started = time.process_time()
    check_svg('<path class="a"/>' * 50_000)
    return 4 * (time.process_time() - started)
