from __future__ import annotations

import io
import json
import re
import uuid
from itertools import chain

import pytest
from django.test import Client
from PIL import Image

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Membership
from apps.products.gtin import get_check_digit, print_gtin
from apps.products.models import Product, ProductImage
from apps.products.product_list import PAGE_SIZES
from tests.conftest import FOREIGN_GTIN, GTIN, Cast
from tests.sample_images import make_animated_gif, make_jpeg_with_orientation, make_png

PAGE_SIZE = PAGE_SIZES[0]


def open_page(client: Client, cast: Cast, rest: str = "products"):
    return client.get(f"/organizations/{encode_id(cast.acme.id)}/{rest}")


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def list_shown(response) -> list[str]:
    return re.findall(r"/products/(\d{14})\?list", response.content.decode())


def make_products(cast: Cast, count: int) -> list[Product]:
    bodies = [f"0400000{number:06}" for number in range(count)]
    return Product.objects.bulk_create(
        Product(gtin=b + get_check_digit(b + "0"), name=f"Blend {n // 3:04}", owner=cast.acme)
        for n, b in enumerate(bodies)
    )


@pytest.mark.parametrize("rest", ["products", f"products/{GTIN}", "settings/api-keys"])
def test_page_asks_strangers_to_sign_in(client, cast, rest):
    response = open_page(client, cast, rest)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login?next=/organizations/")


@pytest.mark.parametrize("rest", ["products", f"products/{GTIN}", "settings/api-keys"])
def test_those_who_are_no_members_get_the_404_of_nothing(client, cast, rest):
    client.force_login(cast.zoe)
    pages = [
        open_page(client, cast, rest),
        client.get(f"/organizations/{encode_id(uuid.uuid4())}/{rest}"),
        client.get(f"/organizations/{'z' * 22}/{rest}"),
        client.get(f"/organizations/nonsense/{rest}"),
    ]
    bodies = {
        re.sub(r"<code>.*?</code>|<input [^>]*csrf[^>]*>", "", page.content.decode())
        for page in pages
    }
    assert {page.status_code for page in pages} == {404}
    assert len(bodies) == 1


@pytest.mark.parametrize("gtin", [FOREIGN_GTIN, "00000000000017", "x", "1234567", "1" * 15])
def test_product_of_nobody_or_somebody_else_is_not_found(olga, cast, gtin):
    assert open_page(olga, cast, f"products/{gtin}").status_code == 404


@pytest.mark.parametrize("gtin", [GTIN, "12345678905", "012345678905"])
def test_product_is_found_by_every_length_of_its_gtin(olga, cast, gtin):
    response = open_page(olga, cast, f"products/{gtin}")
    assert response.status_code == 200
    assert "GTIN 0 12345 67890 5" in response.content.decode()


@pytest.mark.parametrize(
    ("gtin14", "printed"),
    [
        ("00000096385074", "9638 5074"),
        ("00012345678905", "0 12345 67890 5"),
        ("09506000134352", "9 506000 134352"),
        ("15400141288763", "1 54 00141 28876 3"),
    ],
)
def test_gtin_is_grouped_as_printed(gtin14, printed):
    assert print_gtin(gtin14) == printed


def test_start_of_a_member_of_one_organization_is_its_products(olga):
    html = olga.get("/").content.decode()
    assert '<h1 class="page-title">Products</h1>' in html
    assert "Switch" not in html


def test_start_of_a_member_of_several_is_the_choice(olga, cast):
    Membership.objects.create(user=cast.olga, organization=cast.globex, role="billing")
    for path in ("/", "/organizations"):
        html = olga.get(path).content.decode()
        assert "Acme" in html
        assert "You are billing there." in html
    assert "Switch" in open_page(olga, cast).content.decode()


def test_switcher_leads_members_of_one_organization_straight_on(olga, cast):
    response = olga.get("/organizations")
    assert (response.status_code, response.url) == (
        302,
        f"/organizations/{encode_id(cast.acme.id)}/products",
    )


def test_who_is_in_no_organization_is_told_what_to_do(client, cast, django_user_model):
    client.force_login(django_user_model.objects.create_user("new"))
    assert "Ask an owner of yours" in client.get("/").content.decode()


def test_products_are_paged_there_and_back_without_gaps(olga, cast):
    make_products(cast, 2 * PAGE_SIZE + 5)
    wanted = list(
        Product.objects.filter(owner=cast.acme)
        .order_by("name", "gtin")
        .values_list("gtin", flat=True)
    )
    forward, query = [], ""
    while True:
        page = open_page(olga, cast, f"products{query}")
        forward.append(list_shown(page))
        found = re.search(r'rel="next" href="[^"]*after=(\d+)', page.content.decode())
        if found is None:
            break
        query = f"?after={found[1]}"
    assert list(chain(*forward)) == wanted
    page = open_page(olga, cast, f"products?before={forward[-1][0]}")
    assert list_shown(page) == forward[-2]
    page = open_page(olga, cast, f"products?before={forward[1][0]}")
    assert list_shown(page) == forward[0]
    assert 'rel="prev"' not in page.content.decode()


@pytest.mark.parametrize(
    "search",
    [
        *("coff", "COFFEE", "12345678905", "0 12345 67890 5", "0-12345-67890-5", GTIN),
        *("GTIN 0 12345 67890 5", "gtin: 012345678905", "GTIN-12 012345678905"),
        *(f"(01){GTIN}", "(01) 0 00 12345 67890 5", f"GTIN (01) {GTIN}"),
    ],
)
def test_product_is_found_by_name_and_any_form_of_gtin(olga, cast, search):
    make_products(cast, 3)
    assert list_shown(
        olga.get(f"/organizations/{encode_id(cast.acme.id)}/products", {"q": search})
    ) == [GTIN]


@pytest.mark.parametrize("search", ["0+12345+67890+4", "GTIN+0+12345+67890+4"])
def test_search_that_finds_nothing_tells_the_right_check_digit(olga, cast, search):
    html = open_page(olga, cast, f"products?q={search}").content.decode()
    assert "last digit should be <b>5</b>" in html


def test_name_that_begins_like_a_printed_number_is_found_as_a_name(olga, cast):
    cast.product.name = "Gtin-1 tonic"
    cast.product.save()
    assert list_shown(open_page(olga, cast, "products?q=gtin-1")) == [GTIN]


@pytest.mark.parametrize("query", ["?after=x", "?before=%00", "?q=%00", "?after=00000000000017"])
def test_odd_query_shows_the_first_page(olga, cast, query):
    assert list_shown(open_page(olga, cast, f"products{query}")) == [GTIN]


def test_list_of_products_takes_few_queries_whatever_their_number(
    olga, cast, django_assert_max_num_queries
):
    make_products(cast, PAGE_SIZE)
    with django_assert_max_num_queries(9):
        open_page(olga, cast)


def test_product_page_takes_few_queries_whatever_the_number_of_pictures(
    olga, cast, api, django_assert_max_num_queries
):
    for number in range(5):
        api.upload(make_png(), title=f"View {number}")
    with django_assert_max_num_queries(8):
        html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert html.count('class="card image-card') == 5


def test_gallery_has_pages(olga, cast, api, monkeypatch):
    monkeypatch.setattr("apps.dashboard.pages.product_pages.GALLERY_SIZE", 2)
    for number in range(3):
        api.upload(make_png(), title=f"View {number}")
    first = open_page(olga, cast, f"products/{GTIN}").content.decode()
    second = open_page(olga, cast, f"products/{GTIN}?page=2").content.decode()
    assert 'href="?page=2"' in first
    assert len(json.loads(re.search(r'id="gallery-order"[^>]*>([^<]*)', second)[1])) == 3
    assert (first.count("image-card"), second.count("image-card")) == (2, 1)
    zeroth = open_page(olga, cast, f"products/{GTIN}?page=0").content.decode()
    assert 'href="?page=2"' in zeroth
    assert 'href="?page=-1"' not in zeroth
    assert open_page(olga, cast, f"products/{GTIN}?page=99999").status_code == 200


def test_etag_on_the_card_is_the_one_of_the_api(olga, cast, api):
    image_id = api.upload().json()["id"]
    etag = api.client.get(f"{api.path}/{image_id}", headers=api.headers).headers["ETag"]
    html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert f'data-etag="{etag.replace(chr(34), "&quot;")}"' in html


def test_gallery_of_one_page_has_no_pager(olga, cast, api):
    api.upload(make_png())
    html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert re.search(r'id="gallery-pages">\s*</div>', html)
    assert 'data-limit="20 MB"' in html


def test_dense_screens_get_larger_thumbnails(olga, cast, api):
    image_id = api.upload(is_primary="true").json()["id"]
    sizes = ", ".join(f"/renditions/{image_id}/{size} {size}w" for size in (320, 640, 1280))
    for rest in ("products", f"products/{GTIN}"):
        assert f'srcset="{sizes}" sizes="' in open_page(olga, cast, rest).content.decode()


def test_size_is_told_as_the_picture_is_seen(olga, cast, api):
    api.upload(make_jpeg_with_orientation(6))
    stored = ProductImage.objects.get()
    html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert f"<dd>{stored.width} \N{MULTIPLICATION SIGN} {stored.height}</dd>" in html
    with Image.open(io.BytesIO(make_jpeg_with_orientation(6))) as picture:
        assert (stored.height, stored.width) == picture.size


def test_animation_is_marked_and_tells_its_frames(olga, cast, api):
    api.upload(make_animated_gif(3), name="turn.gif")
    api.upload()
    html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert html.count('<span class="picture-mark">Animated</span>') == 1
    assert html.count("data-plays") == 1
    assert "<dt>Frames</dt><dd>3</dd>" in html


def test_picture_of_before_frames_were_counted_is_no_animation(olga, cast, api):
    api.upload(make_animated_gif(3))
    ProductImage.objects.update(frame_count=None)
    assert "data-plays" not in open_page(olga, cast, f"products/{GTIN}").content.decode()


@pytest.mark.parametrize(
    ("search", "shown"),
    [
        ("nutri", ["Nutrition facts"]),
        ("IMG_00", ["Nutrition facts", "IMG_0002.jpg"]),
        ("none", []),
        ("%00", ["Nutrition facts", "IMG_0002.jpg", "Front"]),
    ],
)
def test_pictures_are_found_by_caption_and_file_name(olga, cast, api, search, shown):
    api.upload(title="Front")
    api.upload(name="IMG_0002.jpg")
    api.upload(name="IMG_0001.jpg", title="Nutrition facts")
    html = open_page(olga, cast, f"products/{GTIN}?q={search}").content.decode()
    assert re.findall(r'data-name="([^"]+)" data-priority', html) == shown
    assert "3 pictures" in html
    assert ("Show all" in html) is (search != "%00")


def test_search_is_offered_where_there_are_many(olga, cast, api):
    assert 'role="search"' not in open_page(olga, cast, f"products/{GTIN}").content.decode()
    for _ in range(13):
        api.upload()
    assert 'role="search"' in open_page(olga, cast, f"products/{GTIN}").content.decode()


def test_caption_cannot_become_markup(olga, cast, api):
    api.upload(make_png(), title='"><script>alert(1)</script>')
    assert "<script>alert" not in open_page(olga, cast, f"products/{GTIN}").content.decode()


@pytest.mark.parametrize(
    ("name", "may"), [("olga", True), ("mo", True), ("ed", True), ("bill", False)]
)
def test_controls_are_for_those_who_may_contribute(client, cast, api, name, may):
    api.upload()
    client.force_login(getattr(cast, name))
    html = open_page(client, cast, f"products/{GTIN}").content.decode()
    for part in ('id="files"', 'class="caption"', 'data-action="delete"'):
        assert (part in html) is may
    assert (f"/{encode_id(cast.acme.id)}/settings/api-keys" in html) is (name in {"olga", "mo"})


def test_previews_of_files_are_the_only_exception_to_the_policy(olga, cast):
    policy = open_page(olga, cast, f"products/{GTIN}").headers["Content-Security-Policy"]
    assert "img-src 'self' blob:;" in policy
    assert "blob:" not in open_page(olga, cast).headers["Content-Security-Policy"]


def test_pages_of_members_are_kept_by_no_cache(olga, cast):
    assert "no-store" in open_page(olga, cast).headers["Cache-Control"]


def test_picture_that_cannot_be_decoded_is_marked_and_can_be_deleted(olga, cast, api):
    api.upload(make_png(), is_primary="true")
    assert "/renditions/" in open_page(olga, cast).content.decode()
    ProductImage.objects.update(is_undecodable=True)
    html = open_page(olga, cast, f"products/{GTIN}").content.decode()
    assert "it is damaged inside" in html
    assert 'data-action="delete"' in html
    assert "/renditions/" not in html + open_page(olga, cast).content.decode()


@pytest.mark.parametrize(
    ("file_name", "title", "shown"),
    [
        ("front.jpg", "", ['data-name="front.jpg"', "<dd>JPEG</dd>"]),
        ("front.jpg", "Front", ['data-name="Front"', "<bdi>front.jpg</bdi>"]),
        ("FRONT.JPEG", "", ["<dd>JPEG</dd>"]),
        ("front.png", "", ["<dd>JPEG, named .png</dd>"]),
        ("", "", ['data-name="Picture 1"', "<dd>JPEG</dd>"]),
    ],
)
def test_picture_is_called_by_its_caption_else_by_its_file(
    olga, cast, api, file_name, title, shown
):
    image = api.upload(title=title).json()
    cast.product.images.update(file_name=file_name)
    assert image["title"] == title

    html = open_page(olga, cast, f"products/{GTIN}").content.decode()

    for part in shown:
        assert part in html


def test_replaced_picture_has_thumbnails_of_its_own_and_addresses_that_stay(olga, cast, api):
    image = api.upload(make_png(), is_primary="true").json()
    first = open_page(olga, cast, f"products/{GTIN}").content.decode()
    url = f"{api.path}/{image['id']}/file"
    api.client.put(url, headers=api.headers, files={"image": make_png(20, 30)})

    page = open_page(olga, cast, f"products/{GTIN}").content.decode()

    stable = f"http://testserver/i/{image['id']}"
    assert f'data-stable="{stable}"' in first
    assert f'data-stable="{stable}" data-replaced' in page
    assert f"http://testserver/i/{encode_id(cast.acme.pk)}/{GTIN}</p>" in page
    file_id = encode_id(ProductImage.objects.get().file_id)
    assert f'src="/renditions/{image["id"]}/1280"' in first
    assert f'src="/renditions/{image["id"]}/{file_id}/1280"' in page
    assert "<dt>Replaced on</dt>" in page
