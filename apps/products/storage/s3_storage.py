"""Objects in an S3 bucket: written once under a unique name, read by anyone at a stable address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage

from apps.problems import StorageUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.rendition_names import FOLDER

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


class ImmutableS3Storage(S3Storage):  # type: ignore[misc]  # has no types
    """django-storages' S3, with one client for all threads and one request per save."""

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "file_overwrite": True,  # names are unique: nobody asks first whether one is taken
            "querystring_auth": False,
            "object_parameters": {"CacheControl": CACHE_CONTROL},
            "client_config": PATIENT,
        }

    @cached_property
    def connection(self) -> Any:
        """Shared: only its client is used, which boto3 documents as safe between threads."""
        return super().connection

    @cached_property
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

    @cached_property
    def unsigned_connection(self) -> Any:
        """Shared for the same reason; it builds the public addresses."""
        return super().unsigned_connection

    def _save(self, name: str, content: IncomingImage) -> str:
        try:
            content.seek(0)  # writes the last bytes down first, which a full disk refuses
            self.connection.meta.client.put_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Body=content.file,
                ContentType=content.content_type,
                **self.get_object_parameters(name),
            )
        except (*S3_FAULTS, OSError) as fault:
            raise StorageUnavailable("The picture could not be stored; try again.") from fault
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """A copy, in memory while it is small; one request, where django-storages makes two."""
        is_rendition = name.startswith(FOLDER)
        client = self.impatient_client if is_rendition else self.connection.meta.client
        # Not in /tmp, which may be small, or closed to a service.
        folder = Path(settings.INCOMING_ROOT)
        folder.mkdir(parents=True, exist_ok=True)
        copy = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(folder))  # noqa: SIM115 (the caller closes it)
        try:
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
            self.impatient_client.put_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Body=webp,
                ContentType="image/webp",
            )
        except S3_FAULTS as fault:
            raise StorageUnavailable("The rendition could not be stored; try again.") from fault

    def list_names(self, folder: str = "products/") -> Iterator[str]:
        """The name of every object in the folder, in the order of names."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, Prefix=folder):
            for entry in page.get("Contents", ()):
                yield entry["Key"]
