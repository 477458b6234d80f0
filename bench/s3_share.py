"""What the storage adds to a bare ``put_object``; runs with the environment of a stack."""

from __future__ import annotations

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "closient.settings")
django.setup()

from django.core.files.storage import default_storage  # noqa: E402 (needs the settings)

from apps.products.incoming_image import IncomingImage  # noqa: E402 (needs the settings)
from bench.pictures import Picture, make_jpeg  # noqa: E402 (in order with the others)

ROUNDS = 9


def main() -> None:
    """Print a row for each size: CPU ms of a put, of a save, and their ratio."""
    for picture in (
        make_jpeg("200 kB", 525, 60),
        make_jpeg("2 MB", 1660, 20),
        make_jpeg("8 MB", 3325, 8),
    ):
        puts, saves = [], []
        for _ in range(ROUNDS + 1):
            puts.append(_measure(_put, picture))
            saves.append(_measure(_save, picture))
        put, save = statistics.median(puts[1:]), statistics.median(saves[1:])
        sys.stdout.write(f"{picture.label:8} {put:8.2f} {save:8.2f} {save / put:6.2f}\n")


def _measure(store: Callable[[IncomingImage], float], picture: Picture) -> float:
    spent = 0.0
    for _ in range(picture.count):
        incoming = IncomingImage(picture.name)
        incoming.receive(picture.data)
        incoming.content_type = picture.content_type
        spent += store(incoming)
        incoming.close()
    return spent / picture.count * 1000


def _put(incoming: IncomingImage) -> float:
    client, bucket = default_storage.connection.meta.client, default_storage.bucket_name
    incoming.seek(0)
    start = time.process_time()
    client.put_object(Bucket=bucket, Key=f"bench/{uuid.uuid4()}.jpg", Body=incoming.file)
    return time.process_time() - start


def _save(incoming: IncomingImage) -> float:
    start = time.process_time()
    default_storage.save(f"bench/{uuid.uuid4()}.jpg", incoming)
    return time.process_time() - start


if __name__ == "__main__":
    main()
