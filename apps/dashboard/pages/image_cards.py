"""Pictures as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import PureWindowsPath
from typing import NamedTuple

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from apps.dashboard.api.etags import build_etag
from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.public_origin import get_origin
from apps.dashboard.api.schemas import describe_image
from apps.products.folding import fold
from apps.products.hero_verdicts import judge_image
from apps.products.models import ImageSet, Product, ProductImage
from apps.products.pictures.image_checks import ImageFormat
from apps.products.readiness.verdicts import ChannelVerdict, Verdict, get_worst

# Browsers choose by how densely the screen is set; the tiles are 160 to 290 CSS pixels wide.
SHOWN_SIZES = (320, 640, 1280)


class Thumbnails(NamedTuple):
    """The addresses of a picture's renditions; ``candidates`` are all, for ``srcset``."""

    small: str
    large: str
    candidates: str


@dataclass(frozen=True, slots=True)
class ImageCard:
    """A picture in the gallery, with what its controls need."""

    image: ProductImage
    id: str
    number: int
    etag: str
    url: str | None
    stable_url: str
    thumbnails: Thumbnails
    kind: str
    dimensions: str
    size: str
    uploader: str
    is_undecodable: bool
    verdicts: tuple[ChannelVerdict, ...]

    @property
    def worst(self) -> Verdict:
        """What the strictest of the channels that count would say to it."""
        return get_worst(each.verdict for each in self.verdicts)

    @property
    def refusing(self) -> list[ChannelVerdict]:
        """The channels that would refuse it."""
        return [each for each in self.verdicts if each.verdict is Verdict.REFUSED]

    @property
    def awaits_measures(self) -> bool:
        """Whether its verdicts will be told soon."""
        return self.image.measured_at is None and self.worst is not Verdict.PASSES

    @property
    def shown_readiness(self) -> str:
        """Another text where the card shows something else of it."""
        told = (f"{each.verdict} {len(each.reasons)}" for each in self.verdicts)
        return f"{', '.join(told)}{' so far' if self.awaits_measures else ''}"

    @property
    def name(self) -> str:
        """What the picture is called where there is no caption, too."""
        return self.image.name or f"Picture {self.number}"


def find_images(product: Product, search: str) -> ImageSet:
    """The pictures in the order of the gallery, those whose caption or file has what is searched.

    Case and accents do not matter.
    """
    ordered = product.images.in_gallery()
    if not search:
        return ordered
    named = product.images.present().values_list("pk", "title", "file_name")
    searched = fold(search)
    return ordered.filter(
        pk__in=[pk for pk, *names in named if any(searched in fold(name) for name in names)]
    )


def build_cards(
    request: HttpRequest, found: ImageSet, start: int, count: int, channels: list[str]
) -> list[ImageCard]:
    """The pictures from that place on, and what these channels would say to each."""
    ordered = found.select_related("uploaded_by")
    images = ordered[start : start + count]
    return [_build_card(request, image, start + n, channels) for n, image in enumerate(images, 1)]


def build_thumbnails(image: ProductImage) -> Thumbnails:
    """Where the picture is, small and less small: nothing where it cannot be shown."""
    if image.is_undecodable:
        return Thumbnails("", "", "")
    urls = {size: build_rendition_address(image, size) for size in SHOWN_SIZES}
    candidates = ", ".join(f"{url} {size}w" for size, url in urls.items())
    return Thumbnails(small=urls[320], large=urls[1280], candidates=candidates)


def build_rendition_address(image: ProductImage, size: int) -> str:
    """Where the image's present file is, that small: another address for another file."""
    image_id = encode_id(image.pk)
    if image.replaced_at is None:
        return reverse("rendition", args=[image_id, size])
    return reverse("file-rendition", args=[image_id, encode_id(image.file_id), size])


def _describe_kind(image: ProductImage) -> str:
    """The format, and the ending of the file's name where that tells another."""
    image_format = ImageFormat[image.image_format]
    ending = PureWindowsPath(image.file_name).suffix.lower()
    is_mislabelled = ending and guess_type(f"a{ending}")[0] != image_format.content_type
    return f"{image_format.label}, named {ending}" if is_mislabelled else image_format.label


def _build_card(
    request: HttpRequest, image: ProductImage, number: int, channels: list[str]
) -> ImageCard:
    has_size = image.width and image.height
    return ImageCard(
        image=image,
        id=encode_id(image.id),
        number=number,
        etag=build_etag(image),
        url=describe_image(request, image).image_url,
        stable_url=get_origin(request) + reverse("image-address", args=[encode_id(image.pk)]),
        thumbnails=build_thumbnails(image),
        kind=_describe_kind(image),
        dimensions=f"{image.width} × {image.height}" if has_size else "",  # noqa: RUF001 (the sign)
        size=filesizeformat(image.byte_size),
        uploader=image.uploaded_by.get_username() if image.uploaded_by else "",
        is_undecodable=image.is_undecodable,
        verdicts=judge_image(image, channels),
    )
