"""What the container tells of colours and of the place, told of pictures of every kind."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.products.pictures.containers.exif import tells_position
from apps.products.pictures.containers.icc import name_profile
from apps.products.pictures.containers.traits import MAX_UNPACKED_BYTES, Traits
from tests.products.pictures.image_verdicts import check_in_chunks
from tests.sample_images import (
    list_encoder_samples,
    make_bmp_by_hand,
    make_cmyk_icc_profile,
    make_exif_with_position,
    make_gif,
    make_icc_profile,
    make_jpeg,
    make_picture,
    make_png,
    make_png_chunk,
    make_svg,
    make_webp,
    make_wide_icc_profile,
    make_xmp_with_position,
)

SAMPLES = list_encoder_samples()
XMP = make_xmp_with_position()
EXIF = make_exif_with_position().tobytes()


def tell(picture: bytes) -> tuple[int | None, str | None, bool, str, bool]:
    """Bits, colour model, alpha, profile, position, however the bytes arrive."""
    whole, split = (check_in_chunks(picture, count).traits for count in (65_536, 7))
    assert whole == split
    return (
        whole.bits_per_sample,
        whole.color_model,
        whole.has_alpha,
        whole.color_profile,
        whole.has_position,
    )


def insert_in_png(*chunks: bytes) -> bytes:
    """Return a PNG with these chunks behind its header."""
    png = make_png()
    return png[:33] + b"".join(chunks) + png[33:]


def make_raw_profile(kind: bytes, profile: bytes, *, deflated: bool = True) -> bytes:
    """Return a chunk as ImageMagick writes it."""
    text = b"\n%s\n%8d\n" % (kind, len(profile)) + profile.hex().encode() + b"\n"
    keyword = b"Raw profile type " + kind + b"\0"
    if deflated:
        return make_png_chunk(b"zTXt", keyword + b"\0" + zlib.compress(text))
    return make_png_chunk(b"tEXt", keyword + text)


def make_xmp_text(xmp: bytes, *, deflated: bool = False) -> bytes:
    flags = b"\1\0" if deflated else b"\0\0"
    packed = zlib.compress(xmp) if deflated else xmp
    return make_png_chunk(b"iTXt", b"XML:com.adobe.xmp\0" + flags + b"\0\0" + packed)


def make_long_xmp_jpeg() -> bytes:
    """Return a JPEG whose XMP goes on in further segments, torn within the name."""
    at = XMP.index(b"GPSLatitude") + 4
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"5" * 32
    parts = [head + struct.pack(">II", len(XMP), start) for start in (0, at)]
    parts = [parts[0] + XMP[:at], parts[1] + XMP[at:]]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)
    jpeg = make_jpeg()
    return jpeg[:2] + segments + jpeg[2:]


def make_gif_with_xmp(xmp: bytes) -> bytes:
    gif = make_gif()
    magic = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    block = b"\x21\xff\x0bXMP DataXMP" + xmp + magic
    return gif[: gif.index(b"\x2c", 13)] + block + gif[gif.index(b"\x2c", 13) :]


def make_bmp_of_space(space: bytes) -> bytes:
    bmp = bytearray(make_bmp_by_hand(header_bytes=124))
    bmp[14 + 56 : 14 + 60] = space
    return bytes(bmp)


TOLD = {
    "jpeg": (8, "rgb", False, "none", False),
    "jpeg grey": (8, "grey", False, "none", False),
    "jpeg cmyk": (8, "cmyk", False, "none", False),
    "jpeg progressive cmyk": (8, "cmyk", False, "none", False),
    "jpeg icc": (8, "rgb", False, "srgb", False),
    "jpeg xmp": (8, "rgb", False, "none", False),
    "jpeg orientation 6": (8, "rgb", False, "none", False),
    "mpo": (8, "rgb", False, "none", False),
    "png": (8, "rgb", False, "none", False),
    "png 1 bit": (1, "grey", False, "none", False),
    "png grey": (8, "grey", False, "none", False),
    "png grey alpha": (8, "grey", True, "none", False),
    "png 16 bit": (16, "grey", False, "none", False),
    "png 48 bit": (16, "rgb", False, "none", False),
    "png 64 bit": (16, "rgb", True, "none", False),
    "png alpha": (8, "rgb", True, "none", False),
    "png palette 2 colours": (8, "palette", False, "none", False),
    "png transparent grey": (8, "grey", True, "none", False),
    "png transparent palette": (8, "palette", True, "none", False),
    "png icc": (8, "rgb", False, "srgb", False),
    "png exif": (8, "rgb", False, "none", False),
    "apng": (8, "rgb", False, "none", False),
    "gif": (8, "palette", False, "none", False),
    "gif transparent": (8, "palette", True, "none", False),
    "gif animated": (8, "palette", False, "none", False),
    "webp": (8, "rgb", False, "none", False),
    "webp lossless": (8, "rgb", False, "none", False),
    "webp alpha": (8, "rgb", True, "none", False),
    "webp lossless alpha": (8, "rgb", True, "none", False),
    "webp metadata": (8, "rgb", False, "srgb", False),
    "bmp RGB": (8, "rgb", False, "none", False),
    "bmp P": (8, "palette", False, "none", False),
    "bmp 16 bits": (5, "rgb", False, "none", False),
    "bmp alpha": (8, "rgb", True, "none", False),
    "bmp os/2 4 bits": (8, "palette", False, "none", False),
}


@pytest.mark.parametrize("name", TOLD)
def test_colours_are_told_by_the_headers(name: str):
    assert tell(SAMPLES[name]) == TOLD[name]


def test_svg_is_drawn_in_srgb_on_nothing():
    assert tell(make_svg()) == (8, "rgb", True, "srgb", False)


@pytest.mark.parametrize(
    ("picture", "profile"),
    [
        (make_jpeg(icc_profile=make_wide_icc_profile()), "wide"),
        (make_jpeg(mode="CMYK", icc_profile=make_cmyk_icc_profile()), "cmyk"),
        (make_jpeg(icc_profile=b"rubbish"), "other"),
        (make_png(icc_profile=make_wide_icc_profile()), "wide"),
        (make_webp(icc_profile=make_wide_icc_profile()), "wide"),
        (insert_in_png(make_png_chunk(b"sRGB", b"\0")), "srgb"),
        (insert_in_png(make_png_chunk(b"cICP", b"\x0c\x0d\0\1")), "wide"),
        (
            insert_in_png(
                make_png_chunk(b"cICP", b"\x09\x10\0\1"),
                make_png_chunk(b"iCCP", b"s\0\0" + zlib.compress(make_icc_profile())),
                make_png_chunk(b"sRGB", b"\0"),
            ),
            "wide",
        ),
        (
            insert_in_png(
                make_png_chunk(b"sRGB", b"\0"),
                make_png_chunk(b"iCCP", b"a\0\0" + zlib.compress(make_wide_icc_profile())),
            ),
            "wide",
        ),
        (insert_in_png(make_png_chunk(b"iCCP", b"broken")), "other"),
        (insert_in_png(make_png_chunk(b"cICP", b"")), "other"),
        (make_bmp_of_space(b"BGRs"), "srgb"),
        (make_bmp_of_space(b"DEBM"), "other"),
    ],
)
def test_profile_is_named_by_its_primaries(picture: bytes, profile: str):
    assert tell(picture)[3] == profile


@pytest.mark.parametrize(
    "picture",
    [
        make_jpeg(exif=make_exif_with_position()),
        make_jpeg(xmp=XMP),
        make_jpeg(exif=Image.Exif(), xmp=XMP),
        make_long_xmp_jpeg(),
        make_png(exif=make_exif_with_position()),
        insert_in_png(make_xmp_text(XMP)),
        insert_in_png(make_xmp_text(bytes(70_000).replace(b"\0", b" ") + XMP)),
        insert_in_png(make_xmp_text(XMP, deflated=True)),
        insert_in_png(make_raw_profile(b"exif", EXIF)),
        insert_in_png(make_raw_profile(b"APP1", EXIF[6:], deflated=False)),
        insert_in_png(make_raw_profile(b"xmp", XMP)),
        make_webp(exif=make_exif_with_position()),
        make_webp(xmp=XMP),
        make_gif_with_xmp(XMP),
        make_svg().replace(b"<rect", b"<metadata>" + XMP + b"</metadata><rect"),
        make_svg()
        .replace(b"<rect", b"<metadata>" + XMP + b"</metadata><rect")
        .decode()
        .encode("utf-16"),
    ],
)
def test_position_is_found(picture: bytes):
    assert tell(picture)[4] is True


@pytest.mark.parametrize(
    "xmp",
    [
        XMP.replace(b"48,51.4933N", b""),
        XMP.replace(b"GPSLatitude", b"GPSAltitude"),
        b"<exif:GPSLatitude/>",
        b"<exif:GPSLatitude></exif:GPSLatitude>",
    ],
)
def test_empty_position_is_none(xmp: bytes):
    assert tell(make_jpeg(xmp=xmp))[4] is False


def test_element_of_xmp_tells_it_too():
    element = b"<exif:GPSLatitude>48,51.4933N</exif:GPSLatitude>"

    assert tell(make_jpeg(xmp=element))[4] is True


def test_directory_of_a_camera_without_reception_tells_no_place():
    exif = Image.Exif()
    exif[0x8825] = {0: b"\2\3\0\0", 29: "2026:11:29"}

    assert tell(make_jpeg(exif=exif))[4] is False


@pytest.mark.parametrize("order", ["<", ">"])
def test_degrees_over_zero_are_no_place(order: str):
    for divisor, is_place in ((0, False), (1, True)):
        exif = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
        exif += struct.pack(f"{order}HHHIII", 1, 0x8825, 4, 1, 26, 0) + struct.pack(f"{order}H", 2)
        for tag in (2, 4):
            exif += struct.pack(f"{order}HHII", tag, 5, 3, 56)
        exif = exif.ljust(56, b"\0") + struct.pack(f"{order}II", 2, divisor) * 3
        assert tells_position(exif) is is_place


def test_real_profiles_of_the_world_are_told_apart():
    assert name_profile(make_icc_profile()) == "srgb"
    assert name_profile(make_wide_icc_profile()) == "wide"
    assert name_profile(make_cmyk_icc_profile()) == "cmyk"
    assert name_profile(make_icc_profile()[:200]) == "other"
    assert name_profile(make_icc_profile().replace(b"RGB ", b"GRAY", 1)) == "other"


def test_named_srgb_without_a_matrix_is_srgb():
    profile = make_icc_profile().replace(b"XYZ ", b"none")
    profile = profile[:36] + b"acsp" + profile[40:]

    assert name_profile(profile) == "srgb"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_profile_or_other(noise: bytes):
    head = make_icc_profile()[:132]
    assert name_profile(head + noise) in {"srgb", "wide", "cmyk", "other"}
    assert name_profile(noise) in {"cmyk", "other"}


@given(st.binary(max_size=400))
def test_any_bytes_tell_a_position_or_none(noise: bytes):
    assert tells_position(b"II*\0" + noise) in {True, False}
    assert tells_position(EXIF[:30] + noise) in {True, False}


@given(st.sampled_from(["iTXt", "zTXt", "tEXt", "iCCP", "cICP", "eXIf", "sRGB"]), st.binary())
def test_any_metadata_fail_no_picture(kind: str, noise: bytes):
    starts = (b"", b"XML:com.adobe.xmp\0\1\0", b"Raw profile type exif\0\0")
    for start in starts:
        picture = insert_in_png(make_png_chunk(kind.encode(), start + noise))
        assert check_in_chunks(picture).traits.color_model == "rgb"


def test_packed_texts_are_unpacked_up_to_a_limit():
    traits = Traits()
    bomb = zlib.compress(bytes(MAX_UNPACKED_BYTES - 10))

    assert len(traits.unpack(bomb, deflated=True)) == MAX_UNPACKED_BYTES - 10
    assert len(traits.unpack(bomb, deflated=True)) == 10
    assert traits.unpack(bomb, deflated=True) == b""
    assert traits.unpack(b"text", deflated=False) == b""


def test_animation_is_told_by_its_first_frame():
    frames = [make_picture("P"), make_picture("RGBA").convert("P")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], transparency=3)

    assert tell(file.getvalue())[2] is True
