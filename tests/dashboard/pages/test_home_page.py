def test_home_leads_to_docs_problems_and_sign_in(client):
    html = client.get("/").content.decode()
    assert '<a class="button button-primary" href="/accounts/login">' in html
    for path in ("/dashboard/api/v1/docs", "/docs/errors", "/admin/"):
        assert f'href="{path}"' in html


def test_favicon_is_the_one_that_the_pages_name(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/dashboard/favicon.svg"
