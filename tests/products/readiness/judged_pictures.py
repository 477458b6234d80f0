"""What is measured of pictures, and what the channels would say to each in November 2026."""

from dataclasses import replace

from apps.products.readiness.measures import Measures

PACKSHOT = Measures(
    image_format="JPEG",
    byte_size=400_000,
    width=2400,
    height=2400,
    frame_count=1,
    bits_per_sample=8,
    color_model="rgb",
    has_alpha=False,
    color_profile="none",
    has_position=False,
    white_border_share=1.0,
    near_white_border_share=1.0,
    has_transparent_border=False,
    content_side_share=0.88,
    content_area_share=0.7,
    is_blank=False,
)
LIFESTYLE = {
    "white_border_share": 0.02,
    "near_white_border_share": 0.05,
    "content_side_share": 1.0,
    "content_area_share": 1.0,
}
COLOURED = {"white_border_share": 0.0, "near_white_border_share": 0.0}
DRAWN = {
    "image_format": "SVG",
    "bits_per_sample": None,
    "color_model": None,
    "color_profile": None,
}
UNSEEN = {
    "white_border_share": None,
    "near_white_border_share": None,
    "has_transparent_border": None,
    "content_side_share": None,
    "content_area_share": None,
    "is_blank": None,
}
ONE_COLOUR = {"content_side_share": None, "content_area_share": None, "is_blank": True}
OLD = Measures(image_format="JPEG", byte_size=400_000, width=None, height=None)

# Name, what sets it apart from the packshot, and the verdicts of
#   google amazon walmart shopify gs1: passes, advice, refused, not measured
CASES = [
    ("packshot", {}, "P P P P P"),
    ("packshot as PNG", {"image_format": "PNG"}, "P P P P P"),
    ("with sRGB profile", {"color_profile": "srgb"}, "P P P P P"),
    ("with a position", {"has_position": True}, "P P P P P"),
    ("product at 86 %", {"content_side_share": 0.86}, "P P P P P"),
    ("product at 62 %", {"content_side_share": 0.62}, "A R P P A"),
    ("product at 84.4 %", {"content_side_share": 0.844}, "P R P P A"),
    ("product at 95 %", {"content_side_share": 0.95}, "A P P P P"),
    ("product touches the frame", {"white_border_share": 0.85}, "P P P P P"),
    ("nearly white, 248", COLOURED, "P R A P A"),
    ("nearly white, 252", {"white_border_share": 0.0}, "P R A P A"),
    ("lifestyle", LIFESTYLE, "A R A P A"),
    ("transparent", {"image_format": "PNG", **COLOURED, "has_transparent_border": True, "has_alpha": True}, "P R A P P"),
    ("black on black", COLOURED, "P R A P A"),
    ("white on white", {"content_side_share": 0.9}, "P P P P P"),
    ("white on white, seen by nobody", {"content_side_share": 0.0, "content_area_share": 0.0}, "A R P P A"),
    ("blank, white", ONE_COLOUR, "A R P P A"),
    ("blank, red", {**ONE_COLOUR, **COLOURED}, "A R A P A"),
    ("CMYK", {"color_model": "cmyk"}, "P A R P R"),
    ("CMYK with its profile", {"color_model": "cmyk", "color_profile": "cmyk"}, "P A R P R"),
    ("wide gamut", {"color_profile": "wide"}, "P A P P P"),
    ("grey", {"color_model": "grey"}, "P P R P R"),
    ("palette", {"image_format": "PNG", "color_model": "palette"}, "P P P P P"),
    ("16 bits", {"image_format": "PNG", "bits_per_sample": 16}, "P P R P R"),
    ("animated GIF", {"image_format": "GIF", "color_model": "palette", "frame_count": 12}, "R R R P R"),
    ("still GIF", {"image_format": "GIF", "color_model": "palette"}, "P P R P R"),
    ("WebP", {"image_format": "WEBP"}, "P R R P R"),
    ("animated WebP", {"image_format": "WEBP", "frame_count": 2}, "R R R P R"),
    ("animated PNG", {"image_format": "PNG", "frame_count": 2}, "R R P P P"),
    ("BMP of 17 MB", {"image_format": "BMP", "byte_size": 17_280_054}, "R R R A R"),
    ("small BMP", {"image_format": "BMP", "width": 1200, "height": 1200, "byte_size": 4_320_054}, "A R A A R"),
    ("SVG logo", DRAWN, "R R R A R"),
    ("SVG without a size", {**DRAWN, "width": None, "height": None}, "R R R A R"),
    ("wide strip", {"width": 20_000, "height": 300}, "A R A R A"),
    ("1 × 1", {**ONE_COLOUR, "width": 1, "height": 1}, "R R A A A"),
    ("99 px", {"width": 99, "height": 99}, "R R A A A"),
    ("100 px", {"width": 100, "height": 100}, "A R A A A"),
    ("300 px", {"width": 300, "height": 300}, "A R A A A"),
    ("500 px", {"width": 500, "height": 500}, "A A A A A"),
    ("1000 px", {"width": 1000, "height": 1000}, "A A A A P"),
    ("1600 px", {"width": 1600, "height": 1600}, "P P A A P"),
    ("portrait", {"width": 1600, "height": 2400}, "P A A A P"),
    ("5000 px", {"width": 5000, "height": 5000}, "P P P P A"),
    ("5001 px", {"width": 5001, "height": 5001}, "P P P R A"),
    ("60 megapixels", {"width": 12_000, "height": 5_000}, "P R A R A"),
    ("6 MB", {"byte_size": 6_000_000}, "P P R P P"),
    ("17 MB", {"byte_size": 17_000_000}, "R P R P P"),
    ("damaged inside", {**UNSEEN, "is_unmeasurable": True}, "R R R R R"),
    ("pixels not yet measured", UNSEEN, "N N N P N"),
    ("WebP, pixels not yet measured", {**UNSEEN, "image_format": "WEBP"}, "N R R P R"),
    ("strip, pixels not yet measured", {**UNSEEN, "width": 20_000, "height": 300}, "A R A R A"),
]  # fmt: skip

PICTURES = [
    (name, replace(PACKSHOT, **differences), verdicts) for name, differences, verdicts in CASES
]
PICTURES += [
    ("nothing measured", OLD, "N N N N N"),
    ("nothing measured of a GIF", replace(OLD, image_format="GIF"), "N N R N R"),
    ("nothing measured of an SVG", replace(OLD, image_format="SVG"), "R R R A R"),
]  # fmt: skip
