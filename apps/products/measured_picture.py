"""What is measured of a file, as `measures` describes it, and when that is to be done."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from apps.products.pictures.image_checks import CheckedImage

# Told by the container as the bytes arrive, and by the pixels some seconds later.
TRAITS: Final = ("bits_per_sample", "color_model", "has_alpha", "color_profile", "has_position")
PIXEL_MEASURES: Final = (
    *("white_border_share", "near_white_border_share", "has_transparent_border"),
    *("content_side_share", "content_area_share", "is_blank"),
)
# Of a file that has just come; said, since to ask each field for its default costs an upload 1 %.
UNMEASURED: Final[dict[str, Any]] = {
    **dict.fromkeys((*PIXEL_MEASURES, "measured_at")),
    "measure_attempts": 0,
}


class MeasuredPicture(models.Model):
    """A file that is measured once; null is what is not yet measured.

    It waits for that while ``measure_due_at`` is set, until then.
    """

    bits_per_sample = models.SmallIntegerField(null=True, editable=False)
    color_model = models.CharField(max_length=7, null=True, editable=False)  # noqa: DJ001 (null: not yet known)
    has_alpha = models.BooleanField(null=True, editable=False)
    color_profile = models.CharField(max_length=5, null=True, editable=False)  # noqa: DJ001 (the same)
    has_position = models.BooleanField(null=True, editable=False)
    white_border_share = models.FloatField(null=True, editable=False)
    near_white_border_share = models.FloatField(null=True, editable=False)
    has_transparent_border = models.BooleanField(null=True, editable=False)
    content_side_share = models.FloatField(null=True, editable=False)
    content_area_share = models.FloatField(null=True, editable=False)
    is_blank = models.BooleanField(null=True, editable=False)
    measured_at = models.DateTimeField(null=True, editable=False)
    measure_due_at = models.DateTimeField(null=True, editable=False)
    measure_attempts = models.SmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True


def list_traits(checked: CheckedImage) -> dict[str, Any]:
    """What the container has told, by the names of the columns."""
    return {name: getattr(checked.traits, name) for name in TRAITS}
