"""What is measured of a picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured of one picture: by its container, its bytes and its pixels.

    None is what isn't measured yet, or isn't told by this picture. Shares are of 1.
    """

    image_format: str
    """An ImageFormat's value: "JPEG", "PNG", "GIF", "WEBP", "BMP" or "SVG"."""
    byte_size: int
    width: int | None
    """Pixels as seen, as height is; an SVG may have none."""
    height: int | None
    frame_count: int | None = None

    bits_per_sample: int | None = None
    color_model: str | None = None
    """One of "grey", "rgb", "cmyk", "palette"."""
    has_alpha: bool | None = None
    color_profile: str | None = None
    """One of "none", "srgb", "wide", "cmyk", "other"."""
    has_position: bool | None = None
    """Whether EXIF or XMP tell where it was taken."""

    white_border_share: float | None = None
    """Of the outer 2 % strip, what is exactly 255, 255, 255."""
    near_white_border_share: float | None = None
    """Of the same strip, where each channel is at least 250."""
    has_transparent_border: bool | None = None
    content_side_share: float | None = None
    """The longer side of the box around what differs from the background, against the frame's."""
    content_area_share: float | None = None
    """The area of that box against the frame's."""
    is_blank: bool | None = None
    """Whether it is of one colour."""
    is_unmeasurable: bool = False
    """Whether it can't be decoded, so that its pixels tell nothing."""
