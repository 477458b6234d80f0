from playwright.sync_api import expect

from tests import local_http
from tests.browser.brand_manager import get_path, visit
from tests.browser.test_accessibility import check_page
from tests.conftest import GTIN

PASSWORD = "nine-quiet-otters"


def test_member_is_invited_joins_works_is_promoted_and_removed(browser, service, seed, sessions):
    path = get_path(seed, "settings", "members")
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    cookies = sessions["owner"]
    with visit(browser, service.url, path, storage_state=cookies, **options) as visited:
        owner = visited.page
        link = invite(owner, "nora.photography@alderandfinch.example")
        with visit(browser, service.url, link, **options) as newcomer:
            nora = newcomer.page
            join(nora)
            expect(nora.get_by_text("You are a member of Alder & Finch now")).to_be_visible()
            expect(nora.get_by_role("link", name="Members")).to_have_count(0)

            change_role(owner, "manager")
            raw_key = make_key(nora)
            assert list_images(service, seed, raw_key) == 200

            remove(owner)
            assert list_images(service, seed, raw_key) == 401
            nora.reload()
            expect(nora.get_by_role("heading", name="There is nothing")).to_be_visible()
            nora.goto(link)
            expect(nora.get_by_role("heading", name="not good any more")).to_be_visible()
            check_page(nora)
            newcomer.check("404")
        visited.check()


def invite(owner, address: str) -> str:
    """Invite an editor, and return the link as it is copied."""
    owner.get_by_label("E-mail address").fill(address)
    owner.get_by_role("button", name="Invite").click()
    expect(owner.get_by_role("heading", name=f"{address} is invited")).to_be_focused()
    check_page(owner)
    owner.get_by_role("button", name="Copy the link").click()
    expect(owner.get_by_role("button", name="Copied")).to_be_visible()
    link = owner.evaluate("navigator.clipboard.readText()")
    owner.reload()
    expect(owner.get_by_label("The link")).to_have_count(0)
    return link


def join(nora) -> None:
    expect(nora.get_by_label("Username")).to_have_value("nora.photography@alderandfinch.example")
    nora.get_by_label("Username").fill("nora")
    nora.get_by_label("Password", exact=True).fill("123")
    nora.get_by_label("Password confirmation").fill("123")
    nora.get_by_role("button", name="Join").click()
    expect(nora.get_by_role("alert")).to_be_visible()
    check_page(nora)
    nora.get_by_label("Password", exact=True).fill(PASSWORD)
    nora.get_by_label("Password confirmation").fill(PASSWORD)
    nora.get_by_role("button", name="Join").click()


def change_role(owner, role: str) -> None:
    owner.reload()
    card = owner.get_by_role("listitem").filter(has=owner.get_by_role("heading", name="nora"))
    card.get_by_text("Change or remove").click()
    check_page(owner)
    card.get_by_label("Role").select_option(role)
    card.get_by_role("button", name="Change the role").click()
    expect(owner.get_by_text(f"nora is {role} now.")).to_be_visible()


def make_key(nora) -> str:
    nora.reload()
    nora.get_by_role("link", name="Members").click()
    nora.get_by_role("link", name="API keys", exact=True).last.click()
    nora.get_by_label("Name").fill("Nora's camera")
    nora.get_by_role("button", name="Make the key").click()
    return nora.get_by_label("The key", exact=True).inner_text()


def remove(owner) -> None:
    card = owner.get_by_role("listitem").filter(has=owner.get_by_role("heading", name="nora"))
    card.get_by_text("Change or remove").click()
    card.get_by_role("button", name="Remove “nora”").click()
    expect(owner.get_by_text("nora is no member any more.")).to_be_visible()


def list_images(service, seed, raw_key: str) -> int:
    path = f"/dashboard/api/v1/trade-items/{seed['organization_id']}/{GTIN}/images"
    return local_http.get(service.url + path, headers={"X-API-Key": raw_key}).status_code
