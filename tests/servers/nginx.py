"""Debian's nginx in front of one or more servers, as in a real deployment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.packages import install_debian_package
from tests.servers.processes import (
    HOST,
    accepts_connections,
    find_free_ports,
    run_process,
    wait_until_ready,
)

# Workers of root's nginx become another user, who cannot enter root's folders.
USER = "user root;" if os.geteuid() == 0 else ""
HEAD = """\
{user}
worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log access.log;
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
"""
SITE = HEAD + "{site}\n}}\n"
CONFIGURATION = (
    HEAD
    + """\
    upstream service {{
{upstreams}
    }}
    server {{
        listen {host}:{port};
        client_max_body_size {max_body_size};
        location / {{
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection close;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_request_buffering {request_buffering};
        }}
{locations}
    }}
}}
"""
)


@contextmanager
def run_nginx(
    folder: Path,
    *upstream_urls: str,
    request_buffering: bool = False,
    max_body_size: str = "32m",
    locations: str = "",
    port: int | None = None,
) -> Iterator[str]:
    """Run nginx in front of these servers, requests in turn; yield its URL.

    Bodies are passed on while they arrive, or with `request_buffering` when they are whole.
    A `max_body_size` of "0" is without limit; `locations` are further ones. Without a port it takes a free one.
    """
    port = port or find_free_ports(1)[0]
    configuration = CONFIGURATION.format(
        user=USER,
        upstreams="\n".join(
            f"        server {urlsplit(url).netloc} max_fails=0;" for url in upstream_urls
        ),
        host=HOST,
        port=port,
        max_body_size=max_body_size,
        locations=locations,
        request_buffering="on" if request_buffering else "off",
    )
    with _run(folder, configuration, port) as url:
        yield url


@contextmanager
def run_nginx_site(folder: Path, site: str, port: int) -> Iterator[str]:
    """Run nginx with what a file of its conf.d says, which listens on that port; yield its URL."""
    with _run(folder, SITE.format(user=USER, site=site), port) as url:
        yield url


@contextmanager
def _run(folder: Path, configuration: str, port: int) -> Iterator[str]:
    program = _find_nginx()
    prefix = folder.resolve() / "nginx"
    prefix.mkdir(parents=True, exist_ok=True)
    (prefix / "nginx.conf").write_text(configuration)
    log_path = folder / "nginx.log"
    command = [program, "-p", f"{prefix}/", "-c", "nginx.conf", "-e", "error.log"]
    with run_process(command, log_path, folder=prefix) as process:
        wait_until_ready(process, log_path, lambda: accepts_connections(port))
        yield f"http://{HOST}:{port}"


def _find_nginx() -> str:
    # A user's PATH often lacks /usr/sbin, where Debian puts it.
    search_path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
    program = shutil.which("nginx", path=search_path)
    if program is None and install_debian_package("nginx"):
        program = shutil.which("nginx", path=search_path)
    if program is None:
        raise RuntimeError("nginx is missing; install it: apt-get install nginx")
    return program
