"""A sweep that spares nothing, in a loop, beside uploads that wait at the wrong moment."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.sample_images import make_long_jpeg
from tests.servers.service import REPOSITORY, build_environment
from tests.stack.worlds import World

# One process, since a fresh one for each sweep would sweep twice a second.
SWEEP_ON = """
import django, time
django.setup()
from apps.products.sweeping import sweep_unclaimed_objects
print("sweeping", flush=True)
while True:
    sweep_unclaimed_objects(0)
    time.sleep(0.01)
"""


def test_sweep_beside_uploads_never_takes_the_object_of_a_row(world: World):
    env = build_environment(world.folder.resolve(), world.env)
    env["DJANGO_SETTINGS_MODULE"] = "closient.settings"
    [(before,)] = world.select("select count(*) from products_productimage")
    picture = make_long_jpeg(2 << 20)
    command = [sys.executable, "-c", SWEEP_ON]
    with subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE) as sweeping:
        try:
            assert sweeping.stdout is not None
            assert sweeping.stdout.readline() == b"sweeping\n"
            with ThreadPoolExecutor(8) as pool:
                answers = list(
                    pool.map(lambda _: world.upload(picture, is_primary="true"), range(64))
                )
        finally:
            sweeping.kill()

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {201, 503}
    # The object went before the row was written, or while the file was put into its place.
    assert all(answer.json()["retryable"] for answer in answers if answer.status_code == 503)
    assert world.sweep().keys() <= {"removed_objects"}
    [(after,)] = world.select("select count(*) from products_productimage")
    assert after - before == statuses.count(201)
    assert world.sweep() == {}
