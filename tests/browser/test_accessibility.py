from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import expect

from tests.browser.brand_manager import (
    choose,
    get_cards,
    get_path,
    sign_in,
    visit,
    wait_until,
)
from tests.browser.test_consent import open_consent
from tests.sample_images import make_jpeg, make_png

PICTURE = {"name": "new.png", "mimeType": "image/png", "buffer": make_png()}
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# What axe is asked in each colour scheme, and at which widths. Only colours differ in the dark, and
# no rule of the style sheets that is about the width sets one.
SCHEMES = {
    "light": ([360, 768, 1440], {"resultTypes": ["violations"]}),
    "dark": ([360, 1440], {"resultTypes": ["violations"], "runOnly": COLOUR_RULES}),
}
# What never ends, as the sign of a picture that is coming, is not waited for.
STANDS_STILL = """
document.getAnimations()
  .every((each) => each.effect.getComputedTiming().endTime === Infinity)
"""


def list_violations(page, options):
    """What axe finds serious or critical, each with where it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("(options) => axe.run(options)", options)["violations"]
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def check_page(page):
    """As it stands: in both schemes, at each width."""
    for scheme, (widths, options) in SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="no-preference")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            wait_until(page, lambda: page.evaluate(STANDS_STILL))
            assert list_violations(page, options) == []


def check_paths(page, *paths):
    for path in paths:
        page.goto(path)
        check_page(page)


def test_pages_of_strangers_are_accessible(browser, service):
    paths = ("/accounts/login", "/accounts/password_reset", "/nothing/here", "/oauth/authorize")
    with visit(browser, service.url, "/") as visited:
        check_page(visited.page)
        check_paths(visited.page, *paths, "/docs/errors", "/docs/errors/validation_error")
        visited.check("404", "400")


def test_pages_of_failed_signing_in_are_accessible(browser, service):
    login = {"username": "nobody-here", "password": "wrong"}
    with visit(browser, service.url, "/accounts/login") as visited:
        page = visited.page
        sign_in(page, login)
        expect(page.get_by_role("alert")).to_be_visible()
        check_page(page)
        for _ in range(4):
            sign_in(page, login)
        expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
        check_page(page)
        page.goto("/accounts/login")
        page.context.clear_cookies(name="csrftoken")
        sign_in(page, login)
        expect(page.get_by_role("heading", name="The form is out of date")).to_be_visible()
        check_page(page)
        visited.check("403", "429")


def test_page_of_a_broken_server_is_accessible(browser, service):
    body = render_to_string("dashboard/server_error.html", {"request_id": "0123456789abcdef"})
    with visit(browser, service.url, "/") as visited:
        visited.page.route(
            "**/organizations",
            lambda route: route.fulfill(status=500, content_type="text/html", body=body),
        )
        check_paths(visited.page, "/organizations")
        visited.check("500")


def test_pages_of_an_account_are_accessible(browser, service, seed, sessions, wanderers):
    options = {"storage_state": wanderers["both"]}
    with visit(browser, service.url, "/organizations", **options) as visited:
        page = visited.page
        expect(page.get_by_role("heading", name="Where to?")).to_be_visible()
        check_page(page)
        check_paths(page, "/accounts/applications", "/accounts/password_change/done")
        check_paths(page, "/accounts/email", "/accounts/organizations")
        page.goto("/accounts/password_change")
        check_page(page)
        page.get_by_label("Old password").fill("wrong")
        page.get_by_label("New password", exact=True).fill("1")
        page.get_by_label("New password confirmation").fill("2")
        page.get_by_role("button", name="Change it").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check_page(page)
        visited.check()
    options["storage_state"] = wanderers["homeless"]
    with visit(browser, service.url, "/organizations", **options) as visited:
        expect(visited.page.get_by_role("heading", name="not in an organization")).to_be_visible()
        check_page(visited.page)
        visited.check()
    options["storage_state"] = sessions["billing"]
    keys = get_path(seed, "settings", "api-keys")
    with visit(browser, service.url, keys, **options) as visited:
        expect(visited.page.get_by_role("heading", name="not open to you")).to_be_visible()
        check_page(visited.page)
        visited.check("403")


def test_pages_of_consent_are_accessible(browser, service, seed):
    callback = "http://127.0.0.1:9/callback"
    with open_consent(browser, service, seed, callback) as page:
        check_page(page)
        page.goto("/accounts/applications")
        expect(page.get_by_role("button", name="Withdraw")).to_have_count(1)
        check_page(page)


def test_pages_of_an_organization_are_accessible(browser, service, seed, sessions):
    options = {"storage_state": sessions["owner"]}
    with visit(browser, service.url, get_path(seed, "products"), **options) as visited:
        page = visited.page
        check_page(page)
        page.goto(get_path(seed, "products?q=nothing"))
        check_page(page)
        page.goto(get_path(seed, "products", "add"))
        sheet = b"gtin,name\n4006381333932,Tea\n96385067,Tea\n"
        page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": sheet})
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("button", name="Add 1")).to_be_visible()
        check_page(page)
        page.goto(get_path(seed, "settings", "api-keys"))
        check_page(page)
        page.get_by_label("Name").fill("Seen by axe")
        page.get_by_text("Limits of its own").click()
        page.get_by_role("button", name="Make the key").click()
        page.locator(".ending summary").first.click()
        check_page(page)
        visited.check()


def check_bin(page, product_path):
    page.get_by_role("link", name="1 in the bin").click()
    check_page(page)
    page.get_by_role("button", name="for good").click()
    check_page(page)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("is back among the pictures")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_have_count(0)
    page.goto(product_path)


def check_replacement(page):
    page.on("filechooser", lambda chooser: chooser.set_files(PICTURE))
    get_cards(page).nth(1).get_by_role("button", name="Replace").click()
    question = page.get_by_role("dialog", name="Replace")
    expect(question.get_by_role("rowheader", name="GS1")).to_be_visible()
    check_page(page)
    question.get_by_role("button", name="Replace it").click()
    page.get_by_role("button", name="Close", exact=True).click()
    get_cards(page).nth(1).get_by_role("button", name="Details").click()
    expect(page.get_by_role("button", name="Restore this one")).to_be_visible()
    check_page(page)
    page.keyboard.press("Escape")


def test_product_page_is_accessible_in_all_its_states(
    browser, service, sessions, product_path, upload
):
    options = {"storage_state": sessions["owner"]}
    with visit(browser, service.url, product_path, **options) as visited:
        page = visited.page
        check_page(page)
        upload(
            product_path.rpartition("/")[2],
            make_jpeg(),
            title="Front of package",
            is_primary="true",
        )
        choose(page, ("a-name-without-any-place-to-break-it-" * 3, b"%PDF-1.7"), ("b", make_jpeg()))
        expect(get_cards(page)).to_have_count(2)
        check_replacement(page)
        get_cards(page).nth(1).get_by_role("button", name="Delete").click()
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        check_page(page)
        check_bin(page, product_path)
        page.get_by_role("button", name="History").click()
        expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(5)
        check_page(page)
        page.keyboard.press("Escape")
        page.context.clear_cookies(name="sessionid")
        get_cards(page).nth(1).get_by_role("button", name="Make primary").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check_page(page)
        visited.check("422", "401")
