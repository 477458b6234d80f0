"""Tells how the database answers each query of the gallery when there is much in it.

Run as a program beside a service's environment; prints one JSON object: for each call, each of its
queries with the database's plan of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product as combine
from typing import Any

from closient.wsgi import application  # before all that needs Django's settings

# isort: split
import httpx
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.utils import timezone

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import ApiKey, Membership, Organization
from apps.products.models import ImageEvent, Product, ProductImage
from apps.products.product_list import (
    Filters,
    Sort,
    State,
    count_states,
    find_neighbours,
    read_products,
)
from apps.products.readiness.verdict_bits import get_bit
from apps.products.readiness.verdicts import Verdict
from apps.products.readiness_counts import count_readiness
from tests.conftest import Cast, build_cast
from tests.sample_images import make_jpeg

PRODUCTS, IMAGES = (int(argument) for argument in sys.argv[1:])
PEOPLE = 5000
TABS = (State.NO_HERO, State.NO_PICTURES, State.NOT_READY, State.READY)
IS_POSTGRESQL = connection.vendor == "postgresql"
REFUSED = get_bit("amazon", Verdict.REFUSED)
FIRST_GTIN = 90_000_000_000_000
LOADED_AT_ONCE = 20_000  # in the time that a statement of the service has, on a busy machine
NUMBERS = {
    "postgresql": "select n from generate_series({first}, {last}) n",
    "sqlite": "with recursive t(n) as"
    " (select {first} union all select n + 1 from t where n < {last}) select n from t",
}
EXPLAIN = {"postgresql": "explain ", "sqlite": "explain query plan "}
Plans = list[tuple[str, str]]


def load_products(cast: Cast) -> None:
    """Half of them belong to the caller's organization."""
    gtin = f"cast({FIRST_GTIN} + n as varchar(14))"
    # A few in each tab, as where nearly all is done: the database reads others by other indexes.
    state = "case when n / 2 % 30 < 3 then n / 2 % 30 else 0 end"
    acme, globex = (
        f"'{owner.pk}'::uuid" if IS_POSTGRESQL else f"'{owner.pk.hex}'"
        for owner in (cast.acme, cast.globex)
    )
    for first in range(1, PRODUCTS + 1, LOADED_AT_ONCE):
        last = min(PRODUCTS, first + LOADED_AT_ONCE - 1)
        numbers = NUMBERS[connection.vendor].format(first=first, last=last)
        execute(
            "insert into products_product (gtin, name, folded_name, sort_key, owner_id, created,"
            " has_primary, kept_images, hero_state, hero_verdicts, tells_place)"
            f" select {gtin}, 'Product ' || n, 'product ' || n, 'product ' || n, case n % 2 when 0 then {acme} else {globex} end,"
            f" current_timestamp, n / 2 % 50 > 0, n / 2 % 25, {state}, case when n % 1000 = 0 then {REFUSED} else {state} end,"
            f" n % 1000 = 0 from ({numbers}) numbers"
        )


def load_images(product: Product) -> None:
    """Many of this product, and one of every third other, with a line of history for each."""
    now = timezone.now()
    images = [
        ProductImage(
            product=product,
            title=f"Image {number}",
            is_primary=number == 0,
            priority=number % 7,
            object_name=f"products/{product.gtin}/{number}.jpg",
            image_format="JPEG",
            byte_size=1,
            blake3="0" * 64,
            sha256=f"{number:064x}",
            created=now - timedelta(seconds=number),
        )
        for number in range(IMAGES)
    ]
    events = [
        ImageEvent(product=product, image_id=image.id, action="uploaded", created=now)
        for image in images
    ]
    with transaction.atomic():
        ProductImage.objects.bulk_create(images, batch_size=1000)
        ImageEvent.objects.bulk_create(events, batch_size=1000)
    image_id = "gen_random_uuid()" if IS_POSTGRESQL else "lower(hex(randomblob(16)))"
    copy_row(images[0], id=image_id, product_id="product.id", object_name="product.gtin")
    copy_row(events[0], product_id="product.id")


def copy_row(row: Model, **changed: str) -> None:
    """Give every third other product a copy; ``changed`` are columns that differ."""
    model = row._meta
    fields = [field for field in model.fields if not isinstance(field, AutoField)]
    columns = [field.column for field in fields]
    values = [changed.get(column, f"given.{column}") for column in columns]
    execute(
        f"insert into {model.db_table} ({', '.join(columns)}) select {', '.join(values)}"
        f" from products_product product, (select * from {model.db_table} limit 1) given"
        " where product.id % 3 = 0 and product.id <> given.product_id"
    )


def load_people(cast: Cast) -> None:
    """Each with an account, a membership, a key, and an organization that they founded."""
    users = User.objects.bulk_create(User(username=f"user{n}") for n in range(PEOPLE))
    Membership.objects.bulk_create(
        Membership(user=user, organization=cast.globex, role="editor") for user in users
    )
    Organization.objects.bulk_create(Organization(name=user.username) for user in users)
    ApiKey.objects.bulk_create(
        ApiKey(name="", kind="csu", hashed_key=f"{user.pk:064}", user=user) for user in users
    )


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def explained() -> Iterator[Plans]:
    """Explain each query just before it is made."""
    plans: Plans = []

    def explain(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            execute(EXPLAIN[connection.vendor] + sql, *args)
            lines = args[-1]["cursor"].fetchall()
            plans.append((sql, "\n".join(line[-1] for line in lines)))
        return execute(sql, *args)

    with connection.execute_wrapper(explain):
        yield plans


def explain_calls(cast: Cast) -> dict[str, Plans]:
    """Call each operation once."""
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.pk)}/{cast.product.gtin}"
    headers = {"X-API-Key": cast.issue(cast.ed)}
    transport = httpx.WSGITransport(app=application)
    found: dict[str, Plans] = {}
    with httpx.Client(transport=transport, base_url="http://localhost", headers=headers) as client:

        def call(name: str, method: str, address: str, **sent: Any) -> dict[str, Any]:
            with explained() as found[name]:
                answer = client.request(method, f"{path}/{address}", **sent)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else {}

        form = {"files": {"image": ("a.jpg", make_jpeg())}, "data": {"is_primary": "true"}}
        image_id = call("upload", "POST", "images", **form)["id"]
        call("first page", "GET", "images?page_size=25")
        call("last page", "GET", f"images?page_size=25&page={IMAGES // 25}")
        call("get", "GET", f"images/{image_id}")
        call("change", "PATCH", f"images/{image_id}", json={"is_primary": False, "priority": 2})
        call("order", "PUT", "images/order", json={"image_ids": [image_id]})
        other = {"image": ("b.jpg", make_jpeg(32, 24))}
        call("replace", "PUT", f"images/{image_id}/file", files=other)
        [version] = call("versions", "GET", f"images/{image_id}/versions")["data"]
        call("go back", "POST", f"images/{image_id}/versions/{version['id']}/restore")
        with explained() as found["address"]:
            assert client.get(f"/i/{image_id}").status_code == 302
        with explained() as found["address of the hero"]:
            client.get(path.replace("/dashboard/api/v1/trade-items", "/i"))
        call("discard", "POST", f"images/{image_id}/discard")
        call("restore", "POST", f"images/{image_id}/restore")
        call("delete", "DELETE", f"images/{image_id}")
        call("history", "GET", "image-history?page_size=25")
        path = path.rpartition("/")[0]
        gtins = [f"{FIRST_GTIN + number}" for number in range(0, PRODUCTS, PRODUCTS // 500)]
        call("file names", "POST", "file-names", json={"names": [f"{each}.jpg" for each in gtins]})
        files = [{"sha256": f"{n:064x}", "gtin": cast.product.gtin} for n in range(1, 501)]
        call("known files", "POST", "known-files", json={"files": files})
    return found


def explain_lists(cast: Cast) -> dict[str, Plans]:
    """Look at the list of products in its orders and with its filters."""
    found: dict[str, Plans] = {}
    middle = f"{FIRST_GTIN + PRODUCTS // 2}"
    for sort in Sort:
        with explained() as found[f"products by {sort}"]:
            read_products(cast.acme.pk, Filters(sort=sort), 24, after=middle)
        with explained() as found[f"products by {sort}, before"]:
            read_products(cast.acme.pk, Filters(sort=sort), 24, before=middle)
    product = Product.objects.get(gtin=middle)
    for state, sort in combine(TABS, Sort):
        with explained() as found[f"products {state} by {sort}"]:
            read_products(cast.acme.pk, Filters(state=state, sort=sort), 24, after=middle)
        with explained() as found[f"neighbours {state} by {sort}"]:
            find_neighbours(cast.acme.pk, Filters(state=state, sort=sort), product)
    for chosen in ({"refused_by": "amazon"}, {"tells_place": True}):
        with explained() as found[f"products {next(iter(chosen))}"]:
            read_products(cast.acme.pk, Filters(**chosen), 24, after=middle)
    with explained() as found["readiness"]:
        count_readiness(cast.acme.pk)
    with explained() as found["last products"]:
        read_products(cast.acme.pk, Filters(), 24, from_end=24)
    with explained() as found["search"]:
        read_products(cast.acme.pk, Filters(search="7731 product"), 24)
    with explained() as found["search of many"]:
        read_products(cast.acme.pk, Filters(search="product"), 24, after=middle)
    with explained() as found["counts"]:
        count_states(cast.acme.pk)
    return found


def main() -> None:
    cast = build_cast()
    if IS_POSTGRESQL:
        execute("set statement_timeout = 0")  # of a service's, which loads no such numbers
    load_products(cast)
    load_images(cast.product)
    load_people(cast)
    execute("vacuum analyze" if IS_POSTGRESQL else "analyze")
    sys.stdout.write(json.dumps(explain_calls(cast) | explain_lists(cast)))


if __name__ == "__main__":
    main()
