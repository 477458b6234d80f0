"""Several workers, one sum: whichever of them answers the scrape."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests import local_http
from tests.servers.processes import find_free_ports
from tests.stack.worlds import World, run_world

TOKEN = "a-token-for-prometheus"


def scrape(world: World) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
    told = local_http.get(f"{world.service.url}/metrics", headers=headers, timeout=30)
    assert told.status_code == 200
    lines = [line for line in told.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_every_worker_tells_the_sum_of_all(
    stack_env: dict[str, str], stack_seed: dict[str, Any], tmp_path: Path
):
    env = {**stack_env, "WORKERS": "2", "METRICS_TOKEN": TOKEN, "METRICS_ROOT": str(tmp_path)}
    with run_world(tmp_path, env, stack_seed, warm=False) as world:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: world.upload(), range(40)))
            scrapes = list(pool.map(lambda _: scrape(world), range(10)))
        counting = {path.stem.rpartition("_")[2] for path in tmp_path.glob("*/counter_*.db")}
        workers = {str(child.pid) for child in world.service.process.children()}

    assert [answer.status_code for answer in answers] == [201] * 40
    assert len(counting & workers) == 2
    for told in scrapes:
        assert told['closient_uploads_total{format="JPEG",outcome="ok"}'] == 40
        assert told["closient_image_check_seconds_count"] == 40
        assert told["closient_image_storage_seconds_count"] == 40


def test_metrics_of_an_earlier_server_are_forgotten(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    env = {"METRICS_TOKEN": TOKEN, "METRICS_ROOT": str(tmp_path / "metrics")}
    for _ in range(2):
        with run_world(tmp_path, env, seed, database=seeded_database) as world:
            world.upload()
            told = scrape(world)
        assert told['closient_uploads_total{format="JPEG",outcome="ok"}'] == 1
    assert len(list((tmp_path / "metrics").iterdir())) == 1


def test_service_without_valkey_serves_on_and_says_so(
    seed: dict[str, Any], seeded_database: Path, tmp_path: Path
):
    [port] = find_free_ports(1)
    env = {"VALKEY_URL": f"valkey://127.0.0.1:{port}/0", "METRICS_TOKEN": TOKEN}
    env["METRICS_ROOT"] = str(tmp_path / "metrics")
    with run_world(tmp_path, env, seed, database=seeded_database) as world:
        assert world.upload().status_code == 201
        ready = local_http.get(f"{world.service.url}/readyz")
        told = scrape(world)

    assert (ready.status_code, ready.json()) == (
        200,
        {"database": True, "storage": True, "degraded": ["valkey"]},
    )
    assert told["closient_valkey_fallbacks_total"] == 1
