"""Only who knows the token sees the metrics."""

from __future__ import annotations

import pytest

TOKEN = "a-token-for-prometheus"


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer "}])
def test_there_is_no_such_page_without_a_token(client, sent):
    assert client.get("/metrics", headers=sent).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer another", f"Basic {TOKEN}", TOKEN])
def test_wrong_token_is_refused(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": sent})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
    assert response.content == b""


@pytest.mark.django_db
def test_metrics_are_told_to_who_has_the_token(client, settings):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    told = response.content.decode()
    assert "closient_unclaimed_objects 0.0\n" in told
    assert "closient_valkey_fallbacks_total " in told
