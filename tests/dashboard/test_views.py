import re
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from apps.dashboard import views
from tests.sample_images import make_png

PAGES = [
    "/",
    "/dashboard/api/v1/docs",
    "/docs/errors",
    "/docs/errors/validation_error",
    "/nothing/here",
]
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOCS_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")


@pytest.mark.parametrize("path", PAGES)
def test_page_has_nothing_inline_and_nothing_from_elsewhere(client, path):
    response = client.get(path)
    html = response.content.decode()
    assert response.headers["Content-Security-Policy"] in {PAGE_POLICY, DOCS_POLICY}
    assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=", html)
    assert not re.search(r'(?:src|<link[^>]* href)="(?!/static/)', html)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_heading_of_the_first_rank_and_its_landmarks(client, path):
    html = client.get(path).content.decode()
    for part in (
        "<h1",
        "<main",
        '<nav class="nav" aria-label="Main"',
        "<title>",
        '<html lang="en"',
    ):
        assert html.count(part) == 1


def test_home_leads_to_docs_problems_and_sign_in(client):
    html = client.get("/").content.decode()
    for path in ("/dashboard/api/v1/docs", "/docs/errors", "/admin/"):
        assert f'href="{path}"' in html


def test_docs_tell_the_limits_and_link_every_problem(client):
    html = client.get("/dashboard/api/v1/docs").content.decode()
    for limit in ("20 MiB", "64 MP", "256 MP", "JPEG, PNG, GIF, WebP, BMP, SVG"):
        assert limit in html
    assert html.count('href="/docs/errors/') == 13


def test_docs_show_requests_to_their_own_origin(client):
    response = client.get("/dashboard/api/v1/docs", headers={"Host": "localhost:8123"})
    assert "API=http://localhost:8123/dashboard/api/v1\n" in response.content.decode()


def test_docs_give_a_csrf_token_to_those_who_are_signed_in(client):
    client.get("/dashboard/api/v1/docs")
    assert client.cookies["csrftoken"].value


def test_docs_need_no_credential_and_take_no_post(client):
    assert client.get("/dashboard/api/v1/docs").status_code == 200
    assert client.post("/dashboard/api/v1/docs").status_code == 405


def test_disk_that_is_not_there_is_told(client, db, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    response = client.get("/readyz")

    assert (response.status_code, response.json()["storage"]) == (503, False)


def test_fault_on_the_way_to_the_api_is_a_problem_too(rf):
    response = views.server_error(rf.get("/dashboard/api/v1/none"))

    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"


def test_form_that_is_too_large_is_told_so(client):
    response = client.post("/accounts/login", {"username": "x" * 70_000, "password": "x"})

    assert response.status_code == 413
    assert "That is more than this page takes" in response.content.decode()


def test_json_may_load_nothing(client):
    response = client.get("/dashboard/api/v1/openapi.json")
    policy = "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Content-Security-Policy"] == policy


def test_page_may_show_pictures_from_the_bucket(client, settings):
    bucket = {"bucket_name": "pictures", "custom_domain": "cdn.example.com"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "apps.products.s3_storage.ImmutableS3Storage",
            "OPTIONS": bucket,
        },
    }
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy == PAGE_POLICY.replace("img-src 'self'", "img-src 'self' https://cdn.example.com")


def test_pages_for_developers_keep_their_inline_styles(client, settings):
    settings.DEBUG = True
    assert "Content-Security-Policy" not in client.get("/nothing/here").headers
    assert client.get("/").headers["Content-Security-Policy"] == PAGE_POLICY


def test_favicon_is_the_one_that_the_pages_name(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/dashboard/favicon.svg"


def test_api_catalog_is_a_linkset_of_document_docs_and_status(client):
    response = client.get("/.well-known/api-catalog")
    assert response.headers["Content-Type"].split(";")[0] == "application/linkset+json"
    assert response.json() == {
        "linkset": [
            {
                "anchor": "http://testserver/dashboard/api/v1/",
                "service-desc": [
                    {
                        "href": "http://testserver/dashboard/api/v1/openapi.json",
                        "type": "application/json",
                    }
                ],
                "service-doc": [
                    {"href": "http://testserver/dashboard/api/v1/docs", "type": "text/html"}
                ],
                "status": [{"href": "http://testserver/healthz", "type": "text/plain"}],
            }
        ]
    }


def test_head_of_api_catalog_names_itself(client):
    response = client.head("/.well-known/api-catalog")
    assert response.headers["Link"] == '</.well-known/api-catalog>; rel="api-catalog"'
    assert response.content == b""


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: views.bad_request(request, SuspiciousOperation()), 400),
        (lambda request: views.permission_denied(request, PermissionDenied()), 403),
        (views.server_error, 500),
    ],
)
def test_error_page_says_its_status_without_the_database(answer, status):
    response = answer(RequestFactory().get("/"))
    html = response.content.decode()
    assert response.status_code == status
    assert f">{status}</p>" in html
    assert html.count("<h1>") == 1


@pytest.mark.django_db
def test_error_page_asks_nobody_to_sign_in_who_may_be(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("olga"))
    html = client.get("/no/such").content.decode()
    assert "Sign in" not in html
    assert "Sign out" not in html


def test_404_shows_the_request_id_and_nothing_that_was_asked(client):
    response = client.get(
        "/no/<b>such</b>?page=secret", headers={"X-Request-ID": "from-the-test-1"}
    )
    html = response.content.decode()
    assert response.status_code == 404
    assert "<code>from-the-test-1</code>" in html
    assert "such" not in html
    assert "secret" not in html


def test_500_page_stands_when_the_static_files_were_never_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    response = Client(raise_request_exception=False).get("/")
    html = response.content.decode()
    assert response.status_code == 500
    assert "Something broke on our side" in html
    assert response.headers["X-Request-ID"] in html
    assert "Missing staticfiles" not in html


@pytest.mark.django_db
def test_stale_form_is_told_so():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "olga"})
    assert response.status_code == 403
    assert "The form is out of date" in response.content.decode()


def test_uploaded_object_is_served_as_it_was_sent_and_for_good(api, client):
    sent = make_png()
    url = urlsplit(api.upload(sent, "front.jpg").json()["image_url"])
    response = client.get(url.path)
    assert response.getvalue() == sent
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response.headers["Content-Security-Policy"] == policy


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/media/.incoming/part.jpg", 404),
        ("/media/products/../.incoming/part.jpg", 400),
        ("/media/products/part.txt", 404),
        ("/media/products/00012345678905/missing.jpg", 404),
    ],
)
def test_nothing_but_objects_is_served(client, settings, tmp_path, path, status):
    settings.MEDIA_ROOT = tmp_path
    for name in (".incoming/part.jpg", "products/part.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"not for you")
    assert client.get(path).status_code == status
