"""What is to be known of many files before they are sent: one function per operation."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from ninja import Path, Router
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit_member, admit_member_again, check_json_head
from apps.dashboard.api.auth import AUTHENTICATORS
from apps.dashboard.api.delivery_schemas import (
    DeliveredProductOut,
    FileNameOut,
    FileNamesIn,
    FileNamesOut,
    KnownFileOut,
    KnownFilesIn,
    KnownFilesOut,
    KnownImageOut,
    NameStatus,
)
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.parameters import OrganizationPath
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import make_absolute
from apps.dashboard.api.trade_items import TRADE_ITEMS
from apps.organizations.models import Permission
from apps.products.folding import build_sort_key
from apps.products.gs1_names import Fault, NameReading, read_file_name
from apps.products.known_files import SHOWN_ELSEWHERE, find_known_images
from apps.products.models import Product, ProductImage

# Of 2,000 files, whose names are paths.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

router = Router(auth=AUTHENTICATORS, tags=["Deliveries"])


@router.post(
    f"{TRADE_ITEMS}/file-names",
    response=FileNamesOut,
    summary="Read names of files",
    openapi_extra={"responses": describe_problems("bad_request", "unsupported_media_type")},
)
@decorate_view(
    admit_member(
        Permission.VIEW, partial(check_json_head, members=("names",), max_bytes=MAX_BODY_BYTES)
    )
)
def read_file_names(
    request: ApiRequest, path: Path[OrganizationPath], delivered: FileNamesIn
) -> FileNamesOut:
    """Read up to 2,000 names of files, and answer in the order they were sent which product each picture is for: ``ready``; ``check_digit``, with the GTIN that has the right one; ``not_found``, whether nobody has that GTIN or another organization; or ``no_gtin``, which a date is none, either. A GTIN is the leading run of 8, 12, 13 or 14 digits in the name of the file, or else of the nearest folder. What follows is read as GS1's codes (``_C1N1_s01``) or as a word such as ``front``. Nothing is changed. Requires membership in the organization."""
    admit_member_again(request, Permission.VIEW)
    readings = [read_file_name(name) for name in delivered.names]
    products = _find_products(path.organization_id, readings)
    lines = [
        _describe_name(name, reading, products)
        for name, reading in zip(delivered.names, readings, strict=True)
    ]
    _put_in_order(lines, readings)
    return FileNamesOut.model_construct(data=lines)


@router.post(
    f"{TRADE_ITEMS}/known-files",
    response=KnownFilesOut,
    summary="Find images by SHA-256",
    openapi_extra={"responses": describe_problems("bad_request", "unsupported_media_type")},
)
@decorate_view(
    admit_member(
        Permission.VIEW, partial(check_json_head, members=("files",), max_bytes=MAX_BODY_BYTES)
    )
)
def find_known_files(
    request: ApiRequest, path: Path[OrganizationPath], known: KnownFilesIn
) -> KnownFilesOut:
    """Tell of up to 2,000 files, by the SHA-256 of their bytes, which images of the organization have them already, those in the bin included; in the order they were sent. A new image is found once it has been measured, usually within seconds. Nothing is changed. Requires membership in the organization."""
    admit_member_again(request, Permission.VIEW)
    found = find_known_images(
        path.organization_id,
        {file.sha256.lower() for file in known.files},
        {file.gtin for file in known.files if file.gtin},
    )
    data = [
        KnownFileOut.model_construct(
            sha256=file.sha256,
            gtin=file.gtin,
            images=_describe_known(request, found.get(file.sha256.lower(), []), file.gtin),
        )
        for file in known.files
    ]
    return KnownFilesOut.model_construct(data=data)


def _describe_known(
    request: ApiRequest, images: list[ProductImage], gtin: str | None
) -> list[KnownImageOut]:
    here = [image for image in images if image.product.gtin == gtin]
    elsewhere = [image for image in images if image.product.gtin != gtin]
    return [
        KnownImageOut.model_construct(
            image_id=encode_id(image.pk),
            gtin=image.product.gtin,
            product_name=image.product.name,
            name=image.name,
            is_discarded=image.discarded_at is not None,
            image_url=make_absolute(request, image.url),
        )
        for image in (*here, *elsewhere[:SHOWN_ELSEWHERE])
    ]


def _find_products(
    owner_id: UUID, readings: list[NameReading]
) -> dict[str | None, DeliveredProductOut]:
    wanted = {reading.corrected_gtin or reading.gtin for reading in readings} - {None}
    found = Product.objects.filter(owner=owner_id, gtin__in=wanted)
    return {
        gtin: DeliveredProductOut(
            gtin=gtin, name=name, has_primary=has_primary, image_count=max(0, count)
        )
        for gtin, name, has_primary, count in found.values_list(
            "gtin", "name", "has_primary", "kept_images"
        )
    }


def _describe_name(
    name: str, reading: NameReading, products: dict[str | None, DeliveredProductOut]
) -> FileNameOut:
    product = products.get(reading.corrected_gtin or reading.gtin)
    status = NameStatus.READY if product else NameStatus.NOT_FOUND
    if reading.fault:
        is_near = reading.fault is Fault.CHECK_DIGIT
        status = NameStatus.CHECK_DIGIT if is_near else NameStatus.NO_GTIN
    return FileNameOut.model_construct(
        name=name,
        status=status,
        gtin=reading.gtin,
        corrected_gtin=reading.corrected_gtin,
        product_name=product.name if product and not reading.fault else None,
        product=product,
        title=reading.caption,
        is_hero=reading.is_hero,
        is_primary=False,
        sequence=1,
    )


def _put_in_order(lines: list[FileNameOut], readings: list[NameReading]) -> None:
    def get_place(index: int) -> tuple[tuple[int, int], str]:
        # "front.jpg" before "front (copy).jpg".
        stem = lines[index].name.rpartition(".")[0] or lines[index].name
        return readings[index].place, build_sort_key(stem[-255:])

    with_primary = set()
    for sequence, index in enumerate(sorted(range(len(lines)), key=get_place), 1):
        line = lines[index]
        line.sequence = sequence
        if line.is_hero and line.status is NameStatus.READY and line.product:
            line.is_primary = not (line.product.has_primary or line.gtin in with_primary)
            with_primary.add(line.gtin)
