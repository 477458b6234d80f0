"""PostgreSQL, Valkey and an S3 server from wheels, and the service on them: `make stack`."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers import (
    S3Server,
    run_nginx,
    run_postgres,
    run_s3,
    run_service,
    run_valkey,
)
from tests.servers.processes import HOST, accepts_connections, find_free_ports
from tests.servers.service import REPOSITORY, build_environment

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What the caller's environment may change of the service.
PASSED_ON = ("THREADS", "RATE_LIMIT_PER_MINUTE", "RATE_LIMIT_PER_DAY", "LOG_LEVEL", "LOG_FORMAT")
BUCKET = "images"


@dataclass(frozen=True)
class Stack:
    """Everything that runs, and the environment that the service has."""

    env: dict[str, str]
    address: str
    node_urls: list[str]


def main() -> None:
    """Run it until Ctrl-C; what it stored is there again the next time."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".stack")
    folder = parser.parse_args().folder.resolve()
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    port, nodes = int(os.environ.get("PORT", "8000")), int(os.environ.get("NODES", "1"))
    if accepts_connections(port):
        sys.exit(f"Port {port} is taken; set PORT to another, as in: PORT=8001 make stack")
    with suppress(KeyboardInterrupt), run_stack(folder, port, nodes) as stack:
        show(folder, stack)
        signal.pause()
    say("\nThe stack has stopped; its data stays for the next one.")


@contextmanager
def run_stack(folder: Path, port: int, nodes: int) -> Iterator[Stack]:
    """Run the servers, then so many nodes of the service; more than one are behind nginx."""
    folder.mkdir(parents=True, exist_ok=True)
    address = f"http://{HOST}:{port}"
    with ExitStack() as stack:
        say(f"Starting PostgreSQL, Valkey and S3, data in {folder} ...")
        database_url = stack.enter_context(run_postgres(folder))
        valkey_url = stack.enter_context(run_valkey(folder))
        s3 = stack.enter_context(run_s3(folder, BUCKET, _choose_s3_port(folder)))
        env = _build_env(address, database_url, valkey_url, s3)
        run_command(folder, env, "migrate", "--no-input", "--verbosity", "0")
        say(f"Starting the service, {nodes} x {env['WORKERS']} workers ...")
        if nodes == 1:
            node = run_service(folder / "node-1", {**env, "PORT": str(port)})
            urls = [stack.enter_context(node).url]
        else:
            env["TRUSTED_PROXIES"] = "1"
            services = [run_service(folder / f"node-{n + 1}", env) for n in range(nodes)]
            urls = [stack.enter_context(service).url for service in services]
            stack.enter_context(run_nginx(folder, *urls, request_buffering=True, port=port))
        yield Stack(env, address, urls)


def show(folder: Path, stack: Stack) -> None:
    """Upload three pictures through it, and say where everything is."""
    run_command(folder, stack.env, "demo", "--at", stack.address, "--folder", folder / "demo")
    env = stack.env
    rows = [
        *((f"Node {n}", url) for n, url in enumerate(stack.node_urls, 1)),
        ("PostgreSQL", env["DATABASE_URL"]),
        ("Valkey", env["VALKEY_URL"]),
        ("S3", f"{env['AWS_S3_ENDPOINT_URL']}, bucket {BUCKET}"),
        ("S3 account", f"{env['AWS_ACCESS_KEY_ID']}, {env['AWS_SECRET_ACCESS_KEY']}"),
        (
            "Metrics",
            f"curl -H 'Authorization: Bearer {env['METRICS_TOKEN']}' {stack.node_urls[0]}/metrics",
        ),
        ("Logs", f"{folder}/*.log, {folder}/node-*/service.log"),
    ]
    say("")
    for name, value in rows:
        say(f"{name:<12}{value}")
    say("\nCtrl-C stops them all.")


def run_command(folder: Path, env: dict[str, str], *arguments: str | Path) -> None:
    """Run manage.py beside the service, and let what it prints be seen."""
    command = [sys.executable, "manage.py", *arguments]
    environment = build_environment(folder, env)
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True)


def say(text: str) -> None:
    """Write a line, into a pipe at once, too."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _build_env(address: str, database_url: str, valkey_url: str, s3: S3Server) -> dict[str, str]:
    return {
        "API_SERVER_URL": address,
        "DATABASE_URL": database_url,
        "VALKEY_URL": valkey_url,
        **s3.env,
        "METRICS_TOKEN": secrets.token_urlsafe(24),
        "WORKERS": os.environ.get("WORKERS", "2"),
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
    }


def _choose_s3_port(folder: Path) -> int:
    # The same as the last time, since it is in the address of every picture.
    path = folder / "s3.port"
    if path.exists() and not accepts_connections(port := int(path.read_text())):
        return port
    [port] = find_free_ports(1)
    path.write_text(str(port))
    return port


if __name__ == "__main__":
    main()
