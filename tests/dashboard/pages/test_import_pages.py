"""Adding products on their page, one or a file of them."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.products.catalogue.catalogue_files import MAX_FILE_BYTES
from apps.products.models import Product
from tests.conftest import FOREIGN_GTIN, GTIN, Cast

CATALOGUE = (
    f"gtin;name;brand\n4006381333931;Tea;x\n{GTIN};Renamed;x\n{FOREIGN_GTIN};Soap;x\n1;=1+1;x\n"
)


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def get_path(cast: Cast, last: str) -> str:
    return f"/organizations/{encode_id(cast.acme.id)}/products/{last}"


def send(client: Client, cast: Cast, text: str = CATALOGUE, **fields: str):
    sheet = SimpleUploadedFile("catalogue.csv", text.encode())
    return client.post(get_path(cast, "import"), {"file": sheet, **fields})


def find_token(response) -> str:
    return re.search(r'name="looked_at" value="([^"]+)"', response.content.decode())[1]


def list_names(cast: Cast) -> dict[str, str]:
    return dict(Product.objects.filter(owner=cast.acme).values_list("gtin", "name"))


@pytest.mark.parametrize(
    ("name", "status"), [("olga", 200), ("mo", 200), ("ed", 403), ("bill", 403), ("zoe", 404)]
)
def test_page_is_for_owners_and_managers(client, cast, name, status):
    client.force_login(getattr(cast, name))

    assert client.get(get_path(cast, "add")).status_code == status
    assert send(client, cast).status_code == status


def test_file_is_looked_at_before_anything_is_written(olga, cast):
    before = list_names(cast)
    page = send(olga, cast).content.decode()

    assert re.findall(r"<dd>([0-9,]+)</dd>", page) == ["1", "1", "0", "2"]
    assert "Not read: brand" in page
    assert "This GTIN cannot be added here." in page
    assert "Add 1, rename 1" in page
    assert list_names(cast) == before


def test_file_that_was_looked_at_is_written(olga, cast):
    token = find_token(send(olga, cast))

    answer = send(olga, cast, looked_at=token)

    assert (answer.status_code, answer["Location"]) == (302, get_path(cast, "").rstrip("/"))
    assert list_names(cast) == {"04006381333931": "Tea", GTIN: "Renamed"}
    shown = olga.get(answer["Location"]).content.decode()
    assert "1 product added, 1 renamed from “catalogue.csv”." in shown


@pytest.mark.parametrize("fields", [{"looked_at": "made up"}, {}])
def test_file_that_was_not_looked_at_is_only_shown(olga, cast, fields):
    other = find_token(send(olga, cast))

    assert send(olga, cast, **fields).status_code == 200
    assert send(olga, cast, CATALOGUE + "96385067;More\n", looked_at=other).status_code == 200
    assert "04006381333931" not in list_names(cast)


def test_faulty_rows_are_downloaded(olga, cast):
    answer = send(olga, cast, faulty="all")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"] == 'attachment; filename="faulty-rows.csv"'
    assert rows[0] == ["gtin", "name", "row", "what is wrong"]
    assert [row[:3] for row in rows[1:]] == [[FOREIGN_GTIN, "Soap", "4"], ["1", "'=1+1", "5"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty."),
        ("a;b\n", "must name one column"),
        ("gtin;name\n", "nothing to write"),
    ],
)
def test_file_without_products_is_told_so(olga, cast, text, words):
    assert words in send(olga, cast, text).content.decode()


def test_form_without_a_file_or_with_too_large_a_one_is_told_so(olga, cast):
    path = get_path(cast, "import")

    assert "Choose the file" in olga.post(path, {"file": ""}).content.decode()
    large = SimpleUploadedFile("a.csv", bytes(MAX_FILE_BYTES + 100_000))
    assert "The file is too large" in olga.post(path, {"file": large}).content.decode()


def test_form_of_another_site_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olga)

    assert send(client, cast).status_code == 403


def test_one_product_is_added_as_printed(olga, cast):
    fields = {"gtin": "4 006381 333931", "name": " Green  tea "}

    answer = olga.post(get_path(cast, "add"), fields)

    assert answer["Location"] == get_path(cast, "04006381333931")
    assert list_names(cast)["04006381333931"] == "Green tea"


@pytest.mark.parametrize(
    ("gtin", "fault"),
    [
        ("4006381333932", "The last digit should be 1."),
        (FOREIGN_GTIN, "This GTIN cannot be added here."),
        (GTIN, "This product is here already."),
        ("abc", "A GTIN has 8 to 14 digits"),
    ],
)
def test_one_product_that_cannot_be_added_is_told_why(olga, cast, gtin, fault):
    before = list_names(cast)

    page = olga.post(get_path(cast, "add"), {"gtin": gtin, "name": "Coffee"}).content.decode()

    assert fault in page
    assert list_names(cast) == before
