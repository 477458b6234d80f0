def test_disk_that_is_not_there_is_told(client, db, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    response = client.get("/readyz")

    assert (response.status_code, response.json()["storage"]) == (503, False)
