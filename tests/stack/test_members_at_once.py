"""Members at the same moment: one link makes one member, and one owner always stays."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from threading import Barrier

import httpx
import pytest

from tests import local_http
from tests.servers import run_manage
from tests.stack.worlds import World

PASSWORD = "nine-quiet-otters"
TABS = 8
ROUNDS = 6


@dataclass(frozen=True)
class House:
    """An organization that nobody else uses, and the link that makes its first owner."""

    world: World
    name: str
    link: str

    def list_owners(self) -> list[tuple[str, int]]:
        """The name of each with the number of their membership."""
        return self.world.select(
            "select username, organizations_membership.id from organizations_membership"
            " join auth_user on auth_user.id = user_id join organizations_organization as o"
            f" on o.id = organization_id where role = 'owner' and o.name = '{self.name}'"
        )


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser of their own, as far as cookies go."""

    browser: httpx.Client
    name: str

    def post(self, path: str, **fields: str) -> httpx.Response:
        token = self.browser.cookies["csrftoken"]
        return self.browser.post(path, data={**fields, "csrfmiddlewaretoken": token})

    def join(self, link: str) -> httpx.Response:
        self.browser.get(link)
        return self.post(link, username=self.name, password1=PASSWORD, password2=PASSWORD)


@pytest.fixture
def house(world: World) -> House:
    name = f"House {secrets.token_hex(6)}"
    words = ("create_organization", name, "--owner", "first@example.com")
    printed = run_manage(world.folder, world.env, *words)
    return House(world, name, "/invitations/" + printed.strip().rpartition("/")[2])


def welcome(house: House, stack: ExitStack) -> Visitor:
    browser = local_http.Client(base_url=house.world.service.url, timeout=60)
    return Visitor(stack.enter_context(browser), f"guest-{secrets.token_hex(6)}")


def do_at_once(*acts: Callable[[], httpx.Response]) -> list[int]:
    """What each is answered; they begin together."""
    barrier = Barrier(len(acts))

    def act(number: int) -> int:
        barrier.wait()
        return acts[number]().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, range(len(acts))))


def test_link_that_is_used_in_many_tabs_at_once_makes_one_member(house: House):
    with ExitStack() as stack:
        visitors = [welcome(house, stack) for _ in range(TABS)]
        for visitor in visitors:
            assert visitor.browser.get(house.link).status_code == 200

        statuses = do_at_once(*[partial(each.join, house.link) for each in visitors])

    assert sorted(statuses) == [302] + [404] * (TABS - 1)
    [(name, _)] = house.list_owners()
    assert name == visitors[statuses.index(302)].name
    names = ", ".join(f"'{each.name}'" for each in visitors)
    made = house.world.select(f"select username from auth_user where username in ({names})")
    assert made == [(name,)]


@pytest.mark.parametrize("act", ["remove", "role"])
def test_of_two_owners_who_end_each_other_at_once_one_stays(house: House, act: str):
    with ExitStack() as stack:
        owner = welcome(house, stack)
        settings = owner.join(house.link).headers["Location"].replace("products", "settings")
        for _ in range(ROUNDS):
            rival = welcome(house, stack)
            address = f"{rival.name}@example.com"
            html = owner.post(f"{settings}/members", email=address, role="owner").text
            found = re.search(r"/invitations/[\w-]{43}", html)
            assert found is not None
            assert rival.join(found[0]).status_code == 302
            numbers = dict(house.list_owners())
            paths = {name: f"{settings}/members/{numbers[name]}/{act}" for name in numbers}

            statuses = do_at_once(
                partial(owner.post, paths[rival.name], role="editor"),
                partial(rival.post, paths[owner.name], role="editor"),
            )

            assert sorted(statuses)[0] == 302
            assert sorted(statuses)[1] in {403, 404}
            [(left, _)] = house.list_owners()
            owner = owner if left == owner.name else rival
