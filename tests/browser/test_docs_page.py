from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sample_images import make_jpeg, make_svg

DOCS = "/dashboard/api/v1/docs"
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Visit:
    """A page whose every other host is out of reach, and what it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign_urls: list[str] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, origin: str, path: str = DOCS, **options):
    with browser.new_context(base_url=origin, **options) as context:
        page = context.new_page()
        visited = Visit(page)

        def route_request(route):
            if route.request.url.startswith(f"{origin}/"):
                route.continue_()
            else:
                visited.foreign_urls.append(route.request.url)
                route.abort()

        context.route("http*://**", route_request)
        page.add_init_script(TELL_VIOLATIONS)
        page.on(
            "console",
            lambda message: (
                visited.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        page.goto(path)
        yield visited


@pytest.fixture
def docs(browser, service):
    with visit(browser, service.url) as visited:
        expect(visited.page.locator(".opblock").first).to_be_visible()
        yield visited
        assert visited.complaints == []
        assert visited.foreign_urls == []


def authorize(page: Page, scheme: str, value: str) -> None:
    page.locator(".auth-wrapper .authorize").click()
    form = page.locator(".auth-container", has_text=scheme)
    form.get_by_role("textbox").fill(value)
    form.get_by_role("button", name="Authorize").click()
    page.locator(".close-modal").click()


def open_upload(page: Page, organization_id: str, gtin: str):
    operation = page.locator("#operations-Images-apps_dashboard_api_images_upload_image")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_label("organization_id", exact=True).fill(organization_id)
    operation.get_by_label("gtin", exact=True).fill(gtin)
    return operation


def execute(operation, name: str, media_type: str, content: bytes):
    file = {"name": name, "mimeType": media_type, "buffer": content}
    operation.get_by_label("image", exact=True).set_input_files(file)
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table tr.response")
    expect(answer).to_be_visible()
    return answer


def test_page_needs_nobody_else_and_breaks_no_policy(docs):
    expect(docs.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(docs.page.get_by_role("button", name="Authorize")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_its_window(browser, service, width, scheme):
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with visit(browser, service.url, **options) as visited:
        expect(visited.page.locator(".opblock").first).to_be_visible()
        assert visited.page.evaluate("document.documentElement.scrollWidth") <= width


def test_real_file_is_uploaded_with_an_api_key(docs, service, seed):
    authorize(docs.page, "APIKeyHeaderAuth", seed["api_keys"]["editor"])
    operation = open_upload(docs.page, seed["organization_id"], seed["gtins"][0])
    operation.get_by_label("title", exact=True).fill("Front of package")
    answer = execute(operation, "front.jpg", "image/jpeg", make_jpeg())
    expect(answer.locator(".response-col_status")).to_contain_text("201")
    expect(answer).to_contain_text('"title": "Front of package"')
    expect(operation.locator(".request-url")).to_contain_text(f"{service.url}/dashboard/api/v1/")


def test_refusal_is_shown_with_its_reason(browser, service, seed):
    with visit(browser, service.url) as visited:
        authorize(visited.page, "APIKeyHeaderAuth", seed["api_keys"]["editor"])
        operation = open_upload(visited.page, seed["organization_id"], seed["gtins"][0])
        answer = execute(operation, "front.jpg", "image/jpeg", make_jpeg()[:-200])
        expect(answer.locator(".response-col_status")).to_contain_text("422")
        expect(answer).to_contain_text("validation_error")


def test_requests_go_to_the_own_origin_whatever_servers_says(browser, service, seed):
    with visit(browser, service.url) as visited:
        document = visited.page.request.get("/dashboard/api/v1/openapi.json").json()
        assert document["servers"] == [{"url": "https://www.closient.com"}]
        operation = open_upload(visited.page, seed["organization_id"], seed["gtins"][0])
        answer = execute(operation, "front.svg", "image/svg+xml", make_svg())
        expect(answer.locator(".response-col_status")).to_contain_text("401")
        assert visited.foreign_urls == []


def test_example_in_the_chosen_language_is_shown_and_copied(browser, service):
    with visit(browser, service.url, permissions=["clipboard-read", "clipboard-write"]) as visited:
        page = visited.page
        expect(page.get_by_label("Upload with curl")).to_be_visible()
        page.get_by_role("radio", name="curl").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_label("Upload with Python")).to_be_visible()
        expect(page.get_by_label("Upload with curl")).to_be_hidden()
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert "httpx.post(" in page.evaluate("navigator.clipboard.readText()")


def test_authorization_ends_with_the_page(docs, seed):
    authorize(docs.page, "APIKeyHeaderAuth", seed["api_keys"]["editor"])
    assert seed["api_keys"]["editor"] not in docs.page.evaluate("JSON.stringify(localStorage)")

    docs.page.reload()
    expect(docs.page.locator(".auth-wrapper .authorize.unlocked")).to_be_visible()


def test_authorizing_begins_at_the_first_field(docs):
    for _ in range(2):
        docs.page.locator(".auth-wrapper .authorize").click()
        expect(docs.page.locator(".modal-ux-content input").first).to_be_focused()
        docs.page.locator(".close-modal").click()
