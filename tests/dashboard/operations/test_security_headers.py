PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_json_may_load_nothing(client):
    response = client.get("/dashboard/api/v1/openapi.json")
    policy = "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Content-Security-Policy"] == policy


def test_page_shows_no_originals_from_the_bucket(client, settings):
    bucket = {"bucket_name": "pictures", "custom_domain": "cdn.example.com"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "apps.products.storage.s3_storage.ImmutableS3Storage",
            "OPTIONS": bucket,
        },
    }
    assert client.get("/").headers["Content-Security-Policy"] == PAGE_POLICY


def test_pages_for_developers_keep_their_inline_styles(client, settings):
    settings.DEBUG = True
    assert "Content-Security-Policy" not in client.get("/nothing/here").headers
    assert client.get("/").headers["Content-Security-Policy"] == PAGE_POLICY
