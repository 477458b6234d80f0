"""The brand manager's products, and the sessions that sign-in would give them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from playwright.sync_api import expect

from tests import local_http
from tests.browser.brand_manager import (
    expect_names,
    get_cards,
    get_path,
    sign_in,
    visit,
    wait_for_measures,
)
from tests.browser.long_delivery import deliver_through_a_crash
from tests.sample_images import make_jpeg
from tests.servers import run_manage
from tests.stack.slow_ends import tell
from tests.stack.worlds import make_products

PASSWORD = "seven-quiet-otters"
MAKE_WANDERERS = f"""
from django.contrib.auth.models import User
from apps.organizations.models import Membership, Organization
homeless, both = (User.objects.create_user(n, password="{PASSWORD}") for n in ("homeless", "both"))
for organization in Organization.objects.all():
    Membership.objects.create(user=both, organization=organization, role="editor")
"""


@pytest.fixture(scope="session")
def browser_ends(shared_folder):
    """Where the processes of this run tell one another what became of the long delivery."""
    return shared_folder / "browser-ends"


@pytest.fixture(scope="session", autouse=True)
def _long_delivery(request, browser_ends, seed, seeded_database, tmp_path_factory):
    """It is begun now and goes on beside the other tests, where its test is chosen."""
    items = request.session.items
    is_wanted = any("delivery" in getattr(item, "fixturenames", ()) for item in items)
    with ThreadPoolExecutor(1) as pool:
        if is_wanted:
            with suppress(FileExistsError):
                browser_ends.mkdir()  # the first process to come here begins it, for all
                folder = tmp_path_factory.mktemp("delivery")
                wait = partial(deliver_through_a_crash, folder, seed, seeded_database)
                pool.submit(tell, browser_ends, "delivery", wait)
        yield


def open_session(browser, service, login):
    """Sign in, and return the cookies."""
    with visit(browser, service.url, "/accounts/login") as visited:
        sign_in(visited.page, login)
        visited.page.wait_for_url("**/")
        return visited.page.context.storage_state()


@pytest.fixture(scope="session")
def unused_gtins(request, service):
    """As many as there are tests that may ask for one, for all of them may run in this process."""
    asked = [name for item in request.session.items for name in getattr(item, "fixturenames", ())]
    wanted = sum(asked.count(name) for name in ("gtin", "next_gtin"))
    return iter(
        make_products(service.log_path.parent, {}, wanted, "0950700", "Test Blend {number:06}")
    )


@pytest.fixture
def gtin(unused_gtins):
    """A product that no other test looks at."""
    return next(unused_gtins)


@pytest.fixture
def next_gtin(gtin, unused_gtins):
    """Another, behind it in lists."""
    return next(unused_gtins)


@pytest.fixture
def product_path(seed, gtin):
    """Where that product's page is."""
    return get_path(seed, "products", gtin)


@pytest.fixture(scope="session")
def sessions(browser, service, seed):
    """The cookies of the sample users."""
    roles = ("owner", "billing")
    return {role: open_session(browser, service, seed["users"][role]) for role in roles}


@pytest.fixture(scope="session")
def wanderers(browser, service):
    """The cookies of one who is in no organization, and of one who is in both."""
    run_manage(service.log_path.parent, {}, "shell", "-v", "0", "-c", MAKE_WANDERERS)
    logins = [{"username": name, "password": PASSWORD} for name in ("homeless", "both")]
    return {login["username"]: open_session(browser, service, login) for login in logins}


@pytest.fixture
def upload(service, seed):
    """Send pictures as a program would, before the brand manager looks."""
    headers = {"X-API-Key": seed["api_keys"]["editor"]}

    def send(gtin, image, **fields):
        url = f"{service.url}/dashboard/api/v1/trade-items/{seed['organization_id']}/{gtin}/images"
        files = {"image": ("photo.jpg", image)}
        answer = local_http.post(url, headers=headers, files=files, data=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return send


@pytest.fixture
def change(service, seed):
    """Change the picture of a card as another editor would."""
    headers = {"X-API-Key": seed["api_keys"]["editor"]}

    def send(card, **changes):
        url = service.url + card.get_attribute("data-api")
        answer = local_http.patch(url, headers=headers, json=changes)
        assert answer.status_code == 200, answer.text

    return send


@contextmanager
def open_product(browser, service, sessions, product_path):
    """The owner looks at a product."""
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    cookies = sessions["owner"]
    with visit(browser, service.url, product_path, storage_state=cookies, **options) as visited:
        yield visited


@pytest.fixture
def product(browser, service, sessions, product_path):
    """The owner looks at a product without pictures."""
    with open_product(browser, service, sessions, product_path) as visited:
        yield visited


@pytest.fixture
def three(browser, service, sessions, product_path, upload, gtin):
    """The owner looks at one with three pictures: Front, which is primary, Side, Back."""
    for title in ("Back", "Side", "Front"):
        fields = {"is_primary": "true"} if title == "Front" else {}
        upload(gtin, make_jpeg(), title=title, **fields)
    with open_product(browser, service, sessions, product_path) as visited:
        expect_names(visited.page, "Front", "Side", "Back")
        # A picture that is deleted while it is made smaller would be told as a 404; and what others
        # changed meanwhile would be shown with the measures.
        for card in get_cards(visited.page).all():
            expect(card.locator("img")).not_to_have_js_property("naturalWidth", 0)
        wait_for_measures(visited.page)
        yield visited


@pytest.fixture
def deliver(browser, service, seed, sessions):
    """The owner is about to deliver."""
    path = get_path(seed, "deliver")
    with visit(browser, service.url, path, storage_state=sessions["owner"]) as visited:
        yield visited
