from urllib.parse import urlsplit

import pytest

from tests.sample_images import make_png


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
        (f"/media/products/{'a' * 300}.jpg", 404),
    ],
)
def test_nothing_but_objects_is_served(client, settings, tmp_path, path, status):
    settings.MEDIA_ROOT = tmp_path
    for name in (".incoming/part.jpg", "products/part.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"not for you")
    assert client.get(path).status_code == status
