from __future__ import annotations

import os
import random
import sysconfig
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.problems import (
    ImageDamaged,
    ImageRefused,
    ImageTooLarge,
    ImageTooManyPixels,
    NotAnImage,
    Problem,
)
from apps.products.pictures.image_checks import MAX_IMAGE_BYTES, ImageFormat, ImageWalk, check_image
from tests.products.pictures.image_verdicts import (
    assert_said_for_people,
    check_in_chunks,
    describe,
    get_refusal,
    get_verdict,
    read_with_pillow,
)
from tests.sample_images import (
    list_encoder_samples,
    make_animated_gif,
    make_bmp,
    make_gif,
    make_jpeg,
    make_mpo,
    make_png,
    make_svg,
    make_webp,
    zero_fill,
)

SAMPLES = list_encoder_samples()
every_sample = pytest.mark.parametrize("name", SAMPLES)
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")


@every_sample
def test_encoder_sample_agrees_with_pillow(name: str):
    assert describe(check_in_chunks(SAMPLES[name])) == read_with_pillow(SAMPLES[name])


@every_sample
def test_sample_cut_at_64_places_is_refused(name: str):
    sample = SAMPLES[name]
    end = sample.index(b"\xff\xd9\xff\xd8") + 2 if name == "mpo" else len(sample)
    if name.startswith("gif"):
        end -= 1  # no decoder misses its last byte
    places = {end - 1, *(end * i // 64 for i in range(64))}
    for place in places:
        with pytest.raises((ImageDamaged, NotAnImage)):
            check_in_chunks(sample[:place])


@every_sample
def test_chunk_size_does_not_change_the_verdict(name: str):
    sample = SAMPLES[name]
    whole = check_in_chunks(sample, len(sample))
    sizes = [size for size in (1, 2, 3, 7, 255, 4096) if size > 2 or len(sample) < 20_000]
    assert all(check_in_chunks(sample, size) == whole for size in sizes)


@every_sample
def test_bytes_after_the_picture_are_kept(name: str):
    sample = SAMPLES[name] + b"appended by a phone\xff\xd8"
    checked = check_in_chunks(sample)
    assert checked.byte_size == len(sample)
    assert checked.blake3 == blake3(sample).hexdigest()


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(
    "name", [name for name in SAMPLES if name.startswith(("jpeg", "png", "apng", "gif"))]
)
def test_zero_filled_tail_is_refused(name: str, share: float):
    with pytest.raises(ImageDamaged):
        check_in_chunks(zero_fill(SAMPLES[name], share))


def test_marker_split_at_any_place_gives_the_same_verdict():
    jpeg = make_jpeg(16, 16, restart_marker_blocks=1, comment=b"\xff\xff\x00")
    whole = check_in_chunks(jpeg)
    for place in range(1, len(jpeg)):
        walk = ImageWalk()
        walk.feed(jpeg[:place])
        walk.feed(jpeg[place:])
        assert check_image(walk) == whole


def test_pictures_of_installed_packages_agree_with_pillow():
    pictures = [
        Path(folder, name)
        for folder, _, names in os.walk(sysconfig.get_paths()["purelib"])
        for name in names
        if name.endswith(PICTURE_ENDINGS)
    ]
    assert pictures
    for path in pictures[:200]:
        image = path.read_bytes()
        assert describe(check_in_chunks(image)) == read_with_pillow(image), path


@pytest.mark.parametrize(
    ("image", "image_format", "extension", "content_type"),
    [
        (make_jpeg(), ImageFormat.JPEG, "jpg", "image/jpeg"),
        (make_mpo(), ImageFormat.JPEG, "jpg", "image/jpeg"),
        (make_png(), ImageFormat.PNG, "png", "image/png"),
        (make_gif(), ImageFormat.GIF, "gif", "image/gif"),
        (make_webp(), ImageFormat.WEBP, "webp", "image/webp"),
        (make_bmp(), ImageFormat.BMP, "bmp", "image/bmp"),
        (make_svg(), ImageFormat.SVG, "svg", "image/svg+xml"),
        (b"\xef\xbb\xbf \n" + make_svg(), ImageFormat.SVG, "svg", "image/svg+xml"),
        (make_svg().decode().encode("utf-16"), ImageFormat.SVG, "svg", "image/svg+xml"),
    ],
)
def test_format_comes_from_the_bytes(
    image: bytes, image_format: ImageFormat, extension: str, content_type: str
):
    checked = check_in_chunks(image)
    assert (checked.image_format, checked.width, checked.height) == (image_format, 64, 48)
    assert image_format.extension == extension
    assert image_format.content_type == content_type


def test_webp_is_labelled_as_it_is_written():
    assert (ImageFormat.WEBP.label, ImageFormat.WEBP.value) == ("WebP", "WEBP")
    assert ImageFormat("JPEG") is ImageFormat.JPEG


def test_empty_file_is_refused():
    with pytest.raises(NotAnImage, match="0 bytes arrived"):
        check_image(ImageWalk())


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"\0\0\0\x18ftypheic", "This is HEIC; save it as JPEG"),
        (b"\0\0\0\x18ftypmif1", "This is HEIC; save it as JPEG"),
        (b"\0\0\0\x1cftypavif", "This is AVIF; save it as JPEG"),
        (b"\0\0\0\x18ftypcrx ", "a Canon raw file"),
        (b"\0\0\0\x14ftypqt  ", "MP4 or QuickTime video"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"8BPS", "Photoshop"),
        (b"%PDF-1.7", "PDF; export the page"),
        (b"\0\0\1\0", "ICO"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\x01\0\0\0\x6c\0\0\0", "EMF"),
        (b"\xd7\xcd\xc6\x9a", "WMF"),
        (b"PK\x03\x04", "ZIP"),
        (b"%!PS-Adobe", "PostScript"),
        (b"\x8aMNG", "MNG"),
        (b"RIFF\0\0\0\0WAVE", "WAV audio"),
        (b"RIFF\0\0\0\0xxxx", "a RIFF file"),
        (b"hello world, this is text", "starts with 68 65 6C 6C 6F 20 77 6F"),
    ],
)
def test_other_format_is_named_with_its_remedy(start: bytes, told: str):
    assert told in get_refusal(start.ljust(64, b"\0"), NotAnImage)


def test_blank_file_is_refused_before_its_end():
    with pytest.raises(NotAnImage):
        ImageWalk().feed(b" " * 2000)


def test_file_of_20_mib_is_accepted_and_one_byte_more_is_too_large():
    walk = ImageWalk()
    image = make_bmp(2400, 2000)
    walk.feed(image + bytes(MAX_IMAGE_BYTES - len(image)))
    assert check_image(walk).byte_size == 20_971_520
    with pytest.raises(ImageTooLarge) as refusal:
        walk.feed(b"x")
    assert (refusal.value.members["limit"], refusal.value.members["actual"]) == (
        20_971_520,
        20_971_521,
    )


@every_sample
def test_as_much_as_1_mib_may_follow_a_small_picture(name: str):
    picture = SAMPLES[name]
    end = picture.index(b"\xff\xd9\xff\xd8") + 2 if name == "mpo" else len(picture)
    whole = picture[:end] + bytes(1_048_576)

    assert check_in_chunks(whole, 65_536).byte_size == len(whole)
    with pytest.raises(ImageRefused) as refusal:
        check_in_chunks(whole + b"x", 65_536)
    assert refusal.value.members["limit"] == 1_048_576
    assert refusal.value.members["actual"] == 1_048_577


def test_as_much_may_follow_a_large_picture_as_it_is_long():
    picture = make_bmp(1000, 700)

    assert check_in_chunks(picture * 2, 65_536).byte_size == 2 * len(picture)
    with pytest.raises(ImageRefused, match="Save the picture alone"):
        check_in_chunks(picture * 2 + b"x", 65_536)


def test_refusal_is_final_and_repeated():
    walk = ImageWalk()
    with pytest.raises(NotAnImage) as first:
        walk.feed(b"no picture at all")
    with pytest.raises(NotAnImage) as again:
        walk.feed(make_jpeg())
    with pytest.raises(NotAnImage) as verdict:
        check_image(walk)
    assert first.value is again.value is verdict.value


def test_frames_beyond_the_budget_are_refused_with_the_limit():
    head = b"GIF89a" + (8000).to_bytes(2, "little") * 2 + bytes(3)
    frame = b"," + bytes(4) + (8000).to_bytes(2, "little") * 2 + b"\0\x02\x01\x00\0"
    assert check_in_chunks(head + 4 * frame + b";").frames == 4
    with pytest.raises(ImageTooManyPixels) as refusal:
        check_in_chunks(head + 5 * frame + b";")
    assert refusal.value.members["limit"] == 256_000_000
    assert refusal.value.members["actual"] == 320_000_000


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b""])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_bytes_are_an_image_or_a_problem(start: bytes, data: st.DataObject):
    image = start + data.draw(st.binary(max_size=400))
    verdict = get_verdict(image, data.draw(st.integers(1, 40)))
    if isinstance(verdict, Problem):
        assert_said_for_people(verdict.detail)


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    seed=st.integers(0, 2**32),
    faults=st.integers(1, 4),
)
def test_mutated_picture_is_an_image_or_a_problem(name: str, seed: int, faults: int):
    dice = random.Random(seed)
    image = bytearray(SAMPLES[name])
    for _ in range(faults):
        place = min(len(image) - 1, int(dice.expovariate(1 / 200)))
        image[place : place + dice.choice((0, 1, 4))] = dice.randbytes(dice.choice((0, 1, 4)))
    verdict = get_verdict(bytes(image), dice.choice((1000, 65_536)))
    if isinstance(verdict, Problem):
        assert_said_for_people(verdict.detail)


def test_animation_counts_its_frames():
    assert check_in_chunks(make_animated_gif(5)).frames == 5
