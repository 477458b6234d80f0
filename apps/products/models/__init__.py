"""Products, their images, and the objects in storage that no image owns."""

from apps.products.models.image_event import NO_IMAGE, ImageEvent
from apps.products.models.image_version import ImageVersion
from apps.products.models.product import (
    JUDGED,
    RENAMED,
    HeroState,
    Product,
    ProductSet,
    check_gtin14,
    match_bit,
)
from apps.products.models.product_image import MAX_PRIORITY, ImageSet, ProductImage
from apps.products.models.unclaimed_object import UnclaimedObject
from apps.products.models.upload_claim import UploadClaim

__all__ = [
    "JUDGED",
    "MAX_PRIORITY",
    "NO_IMAGE",
    "RENAMED",
    "HeroState",
    "ImageEvent",
    "ImageSet",
    "ImageVersion",
    "Product",
    "ProductImage",
    "ProductSet",
    "UnclaimedObject",
    "UploadClaim",
    "check_gtin14",
    "match_bit",
]
