import pytest
from playwright.sync_api import expect

from tests import local_http
from tests.browser.brand_manager import get_path, visit


@pytest.fixture
def keys(browser, service, seed, sessions):
    path = get_path(seed, "settings", "api-keys")
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with visit(browser, service.url, path, storage_state=sessions["owner"], **options) as visited:
        yield visited
        visited.check()


def test_key_is_made_copied_used_and_revoked(keys, service, seed):
    page = keys.page
    page.get_by_label("Name").fill("Photo studio")
    page.get_by_label("Role", exact=True).select_option("readonly")
    page.get_by_text("Limits of its own").click()
    page.get_by_label("Requests a minute").fill("42")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="“Photo studio” is ready")).to_be_focused()
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    raw_key = page.evaluate("navigator.clipboard.readText()")
    line = page.get_by_label("A curl line with the key").inner_text()
    assert f"X-API-Key: {raw_key}" in line
    url = line.rpartition(" ")[2]
    answer = local_http.get(url, headers={"X-API-Key": raw_key})
    assert answer.status_code == 200
    assert answer.headers["RateLimit-Policy"].startswith("42;w=60")

    page.reload()
    expect(page.get_by_role("heading", name="is ready")).to_have_count(0)
    assert raw_key not in page.content()
    key = page.get_by_role("listitem").filter(has_text="Photo studio")
    expect(key).to_contain_text(raw_key[:8])
    expect(key).to_contain_text("42 a minute")
    expect(key).to_contain_text("just now")
    expect(key).to_have_count(1)
    key.get_by_text("Revoke", exact=False).first.click()
    key.get_by_role("button", name="Revoke “Photo studio”").click()
    expect(page.get_by_role("status").first).to_contain_text("“Photo studio” is revoked")
    expect(page.get_by_role("listitem").filter(has_text="Photo studio")).to_contain_text("revoked")
    assert local_http.get(url, headers={"X-API-Key": raw_key}).status_code == 401


def test_only_a_key_of_the_organization_has_a_role(keys):
    expect(keys.page.get_by_label("Role", exact=True)).to_be_visible()
    keys.page.get_by_label("Personal").check()
    expect(keys.page.get_by_label("Role", exact=True)).to_be_hidden()


def test_faults_are_shown_beside_their_fields(keys):
    page = keys.page
    page.get_by_label("Name").fill("Late")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("That day is over; choose today or a later one.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Late")
