"""Where pictures are kept: on the local disk, or in the bucket that the environment describes."""

from __future__ import annotations

from typing import Any, Final

from closient.environment import get_choice, get_domain, get_prefix, get_text, get_url

ADDRESSING_STYLES: Final = ("auto", "path", "virtual")
SIGNATURES: Final = ("s3v4", "s3")


def build_picture_store(bucket: str) -> dict[str, Any]:
    """The default of the setting STORAGES; without a bucket it is the disk."""
    if not bucket:
        return {"BACKEND": "apps.products.storage.disk_storage.DurableDiskStorage"}
    return {
        "BACKEND": "apps.products.storage.s3_storage.ImmutableS3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": get_url("AWS_S3_ENDPOINT_URL", "https", "http") or None,
            "custom_domain": get_domain("AWS_S3_CUSTOM_DOMAIN"),
            "region_name": get_text("AWS_S3_REGION_NAME") or None,
            "location": get_prefix("AWS_LOCATION"),
            "addressing_style": get_choice("AWS_S3_ADDRESSING_STYLE", "", *ADDRESSING_STYLES),
            "signature_version": get_choice("AWS_S3_SIGNATURE_VERSION", "", *SIGNATURES) or None,
        },
    }
