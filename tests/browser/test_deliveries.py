import pytest

from tests.browser.agency import VIEWS
from tests.stack.slow_ends import get_told

pytestmark = [pytest.mark.last, pytest.mark.usefixtures("browser")]  # behind all of the browser's

WAIT_SECONDS = 400
CAPTIONS = list(VIEWS.values())


@pytest.fixture
def delivery(browser_ends):
    """A folder was dropped, looked at, sent through a crash of the service, and dropped again."""
    return get_told(browser_ends, "delivery", WAIT_SECONDS)


def test_delivery_arrives_whole_and_once_whatever_happens_on_its_way(delivery):
    assert (delivery.stored_by_looking, delivery.stored_by_sending) == (0, 197)
    for number, images in enumerate(delivery.images):
        wanted = CAPTIONS[:3] if number in {1, 2, 4} else CAPTIONS
        wanted = [*CAPTIONS[:3], ""] if number == 3 else wanted
        assert [title for title, _ in images] == wanted
        assert [is_primary for _, is_primary in images] == [True] + [False] * len(wanted[1:])
    # Uploads that the crash cut short hold their keys for a minute, and are tried until then.
    assert all(asked == "POST images" for asked, _ in delivery.conflicts)
    assert all(0 < seconds <= 60 for _, seconds in delivery.conflicts)
    assert delivery.conflicts_before_the_crash == delivery.conflicts_of_the_second_drop == 0
