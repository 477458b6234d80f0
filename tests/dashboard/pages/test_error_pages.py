import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.test import Client, RequestFactory

from apps.dashboard.pages import error_pages
from apps.problems import StorageUnavailable


def test_fault_on_the_way_to_the_api_is_a_problem_too(rf):
    response = error_pages.server_error(rf.get("/dashboard/api/v1/none"))

    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("fault", "status"),
    [(OperationalError, 503), (StorageUnavailable, 503), (IntegrityError, 500), (KeyError, 500)],
)
@pytest.mark.parametrize("path", ["/", "/dashboard/api/v1/none"])
def test_outage_is_told_from_a_fault_of_ours(fault, status, path):
    def fail():
        raise fault("gone")

    try:
        fail()
    except fault:
        response = error_pages.server_error(RequestFactory().get(path))

    assert response.status_code == status
    assert ("in a moment</h1>" in response.content.decode()) == (path == "/" and status == 503)


def test_form_that_is_too_large_is_told_so(client):
    response = client.post("/accounts/login", {"username": "x" * 70_000, "password": "x"})

    assert response.status_code == 413
    assert "That is more than this page takes" in response.content.decode()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: error_pages.bad_request(request, SuspiciousOperation()), 400),
        (lambda request: error_pages.permission_denied(request, PermissionDenied()), 403),
        (error_pages.server_error, 500),
    ],
)
def test_error_page_says_its_status_without_the_database(answer, status):
    response = answer(RequestFactory().get("/"))
    html = response.content.decode()
    assert response.status_code == status
    assert f">{status}</p>" in html
    assert html.count("<h1>") == 1


@pytest.mark.django_db
def test_error_page_keeps_the_head_of_who_is_signed_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("olga"))
    html = client.get("/no/such").content.decode()
    assert "Sign in" not in html
    assert "olga" in html
    assert "Sign out" in html


def test_error_page_asks_nobody_to_sign_in_who_may_be(client, django_user_model, settings):
    client.force_login(django_user_model.objects.create_user("olga"))
    settings.SESSION_ENGINE = "tests.dashboard.pages.lost_sessions"
    response = client.get("/no/such")
    html = response.content.decode()
    assert response.status_code == 404
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
