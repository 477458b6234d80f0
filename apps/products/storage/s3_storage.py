"""Objects in an S3 bucket: written once under a unique name, read by anyone at a stable address."""

from __future__ import annotations

import base64
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import RLock
from typing import Any

import boto3
import botocore.session
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage
from storages.utils import lookup_env

from apps.problems import StorageUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.storage.rendition_names import FOLDER

S3_FAULTS = (Boto3Error, BotoCoreError, ClientError)
CACHE_CONTROL = "public, max-age=31536000, immutable"
MAX_BYTES_IN_MEMORY = 512 * 1024
# While the storage hangs, a client waits for two attempts and a removal, 25 s in all. Proxies
# lose patience after 60 s.
PATIENT = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=64,
)
IMPATIENT = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True)
class SentBytes:
    """What is known of the bytes before they leave: how many they are, and their CRC-32."""

    byte_size: int
    crc32: int

    @property
    def checksum(self) -> str:
        """As S3 has it: big-endian, in base64."""
        return base64.b64encode(self.crc32.to_bytes(4, "big")).decode()


@cache
def get_loader() -> Any:
    """Of S3's description: some megabytes of JSON, which each client would parse and keep anew."""
    return botocore.session.get_session().get_component("data_loader")


class made_once(cached_property[Any]):  # noqa: N801 (as the one that it is)
    """functools' own with its lock, which it lost in Python 3.12: a client costs 40 ms and 5 MB."""

    _lock = RLock()

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        with self._lock:
            return super().__get__(instance, owner)


class ImmutableS3Storage(S3Storage):  # type: ignore[misc]  # has no types
    """django-storages' S3, with one client for all threads and one request per save."""

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            # Where the keys come from, too: without it, temporary keys are no credential.
            "security_token": lookup_env(["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]),
            "file_overwrite": True,  # names are unique: nobody asks first whether one is taken
            "querystring_auth": False,
            "object_parameters": {"CacheControl": CACHE_CONTROL},
            "client_config": PATIENT,
        }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Amazon's "auto" leaves the region out of public addresses, and not every region answers
        # in the place of another.
        style = self.addressing_style or ("auto" if self.endpoint_url else "virtual")
        own = Config(s3={"addressing_style": style}, signature_version=self.signature_version)
        self.client_config = PATIENT.merge(own)

    def _create_session(self) -> boto3.Session:
        session = botocore.session.get_session()
        session.register_component("data_loader", get_loader())
        if self.session_profile:
            return boto3.Session(botocore_session=session, profile_name=self.session_profile)
        return boto3.Session(
            self.access_key, self.secret_key, self.security_token, botocore_session=session
        )

    @made_once
    def connection(self) -> Any:
        """Shared: only its client is used, which boto3 documents as safe between threads."""
        return super().connection

    @made_once
    def impatient_client(self) -> Any:
        """For requests that carry no picture, and whose failure is no loss."""
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            use_ssl=self.use_ssl,
            endpoint_url=self.endpoint_url,
            config=self.client_config.merge(IMPATIENT),
            verify=self.verify,
        )

    @made_once
    def unsigned_connection(self) -> Any:
        """Shared for the same reason; it builds the public addresses."""
        return super().unsigned_connection

    def make_clients(self) -> tuple[Any, ...]:
        """All that are used, before anybody waits for one; none of them sends anything yet."""
        used = self.connection, self.impatient_client
        return used if self.custom_domain else (*used, self.unsigned_connection)

    def _save(self, name: str, content: IncomingImage) -> str:
        try:
            content.seek(0)  # writes the last bytes down first, which a full disk refuses
            self._put(
                self.connection.meta.client,
                {"Key": self._normalize_name(name), "ContentType": content.content_type}
                | self.get_object_parameters(name),
                content.file,
                SentBytes(content.checked.byte_size, content.crc32),
            )
        except (*S3_FAULTS, OSError) as fault:
            raise StorageUnavailable("The picture could not be stored; try again.") from fault
        return name

    def _put(self, client: Any, parameters: dict[str, str], body: Any, sent: SentBytes) -> None:
        """One PUT whose bytes the storage compares; raises StorageUnavailable where it kept others.

        The checksum goes ahead in a header. Left to itself boto3 sends it behind the bytes, in a
        coding of Amazon's own, and there are storages that refuse that, or take it for the bytes.
        """
        answer = client.put_object(
            Bucket=self.bucket_name, Body=body, ChecksumCRC32=sent.checksum, **parameters
        )
        told = answer.get("ChecksumCRC32")
        if told is None:  # a storage that compares nothing tells at least how much it has
            head = client.head_object(Bucket=self.bucket_name, Key=parameters["Key"])
            is_same = head["ContentLength"] == sent.byte_size
        else:
            is_same = told == sent.checksum
        if not is_same:
            raise StorageUnavailable("The storage did not keep what it was sent; try again.")

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """A copy, in memory while it is small; one request, where django-storages makes two."""
        is_rendition = name.startswith(FOLDER)
        client = self.impatient_client if is_rendition else self.connection.meta.client
        # Not in /tmp, which may be small, or closed to a service.
        folder = Path(settings.INCOMING_ROOT)
        copy = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(folder))  # noqa: SIM115 (the caller closes it)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            answer = client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
            shutil.copyfileobj(answer["Body"], copy, MAX_BYTES_IN_MEMORY)
        except client.exceptions.NoSuchKey as fault:
            copy.close()
            raise FileNotFoundError(name) from fault
        except (*S3_FAULTS, OSError) as fault:
            copy.close()
            raise StorageUnavailable("The picture could not be read; try again.") from fault
        copy.seek(0)
        return File(copy, name)

    def delete(self, name: str) -> None:
        """Remove the object; one that is not there is no fault."""
        key = self._normalize_name(name)
        try:
            self.impatient_client.delete_object(Bucket=self.bucket_name, Key=key)
        except S3_FAULTS as fault:
            raise StorageUnavailable("The picture could not be removed; try again.") from fault

    def exists(self, name: str) -> bool:
        """Whether there is an object of that name; raises StorageUnavailable."""
        try:
            return bool(super().exists(name))
        except S3_FAULTS as fault:
            raise StorageUnavailable("The storage does not answer; try again.") from fault

    def is_ready(self) -> bool:
        """Whether the bucket answers."""
        try:
            self.impatient_client.head_bucket(Bucket=self.bucket_name)
        except S3_FAULTS:
            return False
        return True

    def save_rendition(self, name: str, webp: bytes) -> None:
        """Keep it under that name."""
        try:
            self._put(
                self.impatient_client,
                {"Key": self._normalize_name(name), "ContentType": "image/webp"},
                webp,
                SentBytes(len(webp), zlib.crc32(webp)),
            )
        except S3_FAULTS as fault:
            raise StorageUnavailable("The rendition could not be stored; try again.") from fault

    def list_names(self, folder: str = "products/") -> Iterator[str]:
        """The name of every object in the folder, in the order of names."""
        prefix = f"{self.location}/" if self.location else ""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, Prefix=f"{prefix}{folder}"):
            for entry in page.get("Contents", ()):
                yield entry["Key"].removeprefix(prefix)
