"""Decodes one picture, draws and measures it, in a process that may crash or be killed.

`worker_run` runs this as a script: the original is the standard input; the standard output are a
line with SHA-256 and BLAKE3 of its bytes, the renditions, one WebP after the other, and what was
measured, as JSON. It gets no environment, and shuts itself in before it reads: so everything is
imported, and every codec looked up, at the start.
"""

from __future__ import annotations

import codecs
import gc
import hashlib
import json
import os
import re
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    gc.disable()  # what is imported stays: a tenth of a run would go into looking through it
    os.nice(int(sys.argv[1]))  # uploads first
    sys.path.append(str(Path(__file__).parents[3]))  # -I leaves our own folder out
import fontpkg_noto_sans
import resvg_py
from blake3 import blake3
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from apps.products.pictures.containers.exif import UPRIGHT, read_orientation
from apps.products.renditions.confinement import confine
from apps.products.renditions.pixel_measures import measure_pixels

# What Pillow imports only when a picture asks for it; TIFF is how EXIF is written.
LATER: Final = ("copy", "PIL.MpoImagePlugin", "PIL.TiffImagePlugin", "PIL.WebPImagePlugin")
# A camera's MPO begins as a JPEG does.
FORMATS: Final = {"JPEG": ["JPEG", "MPO"]}
# What is measured where no rendition is asked for: as much as the largest shows.
MEASURED_SIDE: Final = 1280
QUALITY: Final = 82
EFFORT: Final = 2  # of 6: a third less time than 4, for files of the same size
DRAFT: Final = 1.5
# EXIF 2.3 §4.6.4 A
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow multiplies grey samples of few bits by, and leaves out for the transparent one.
FACTORS: Final = {"L;2": 85, "L;4": 17}
FONT: Final = fontpkg_noto_sans.FAMILY
FONT_FOLDER: Final = fontpkg_noto_sans.ROOT / "files"
# XML 1.0 appendix F: how the first bytes tell the encoding.
MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
# Those that an upload may declare (`svg_checks`), and those of the marks.
CODECS: Final = ("iso-8859-1", "us-ascii", *MARKS.values())
DECLARED: Final = re.compile(rb"""<\?xml[^>]{1,200}?encoding\s*=\s*["']([\w-]+)""")


def render(original: bytes, image_format: str, sizes: Sequence[int]) -> list[bytes]:
    """The picture as WebP in sRGB, upright, once for each longest side in pixels; then measures.

    Never enlarged but for SVG. Raises whatever the decoders raise on what they cannot decode.
    """
    longest = max(sizes, default=MEASURED_SIDE)
    is_svg = image_format == "SVG"
    picture = _draw(original, longest) if is_svg else _decode(original, image_format, longest)
    measures = json.dumps(measure_pixels(picture)).encode()
    return [*(_encode(picture, size) for size in sizes), measures]


def _draw(original: bytes, longest: int) -> Image.Image:
    png = resvg_py.svg_to_bytes(
        svg_string=_read_text(original),
        width=longest,
        height=longest,
        skip_system_fonts=True,
        font_dirs=[str(FONT_FOLDER)],
        font_family=FONT,
        serif_family=FONT,
        sans_serif_family=FONT,
        cursive_family=FONT,
        fantasy_family=FONT,
        monospace_family=FONT,
    )
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        return image.convert("RGBA")


def _read_text(original: bytes) -> str:
    marked = [encoding for mark, encoding in MARKS.items() if original.startswith(mark)]
    declared = DECLARED.match(original)
    encoding = marked[0] if marked else declared[1].decode() if declared else "utf-8"
    return original.decode(encoding)


def _decode(original: bytes, image_format: str, longest: int) -> Image.Image:
    formats = FORMATS.get(image_format, [image_format])
    with Image.open(BytesIO(original), formats=formats) as image:
        if getattr(image, "default_image", False):
            image.seek(1)  # an APNG's first frame; frame 0 is for viewers that know no APNG
        picture = _shrink(image, longest)
        turn = TURNS.get(_get_orientation(image))
        profile = image.info.get("icc_profile")
    if turn is not None:
        picture = picture.transpose(turn)
    return _convert_to_srgb(picture, profile)


def _shrink(image: Image.Image, longest: int) -> Image.Image:
    size = _fit(image.size, longest)
    # A JPEG is decoded at 1/2, 1/4 or 1/8 where that leaves enough pixels for the filter.
    image.draft(None, (int(DRAFT * size[0]), int(DRAFT * size[1])))
    if isinstance(image, PngImagePlugin.PngImageFile):
        _correct_transparent_sample(image)
    image.load()
    return _even_out(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _fit(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _correct_transparent_sample(image: PngImagePlugin.PngImageFile) -> None:
    sample = image.info.get("transparency")
    raw_mode = image.tile[0].args if image.tile else None
    if sample is None or not isinstance(raw_mode, str):
        return
    if raw_mode == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in sample)
    else:
        image.info["transparency"] = sample * FACTORS.get(raw_mode, 1)


def _even_out(image: Image.Image) -> Image.Image:
    """In a mode that can be resampled: 8 bits a sample, no palette, transparency as alpha."""
    if image.mode == "I;16":
        return _take_high_bytes(image)
    if image.has_transparency_data:
        return image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _take_high_bytes(image: Image.Image) -> Image.Image:
    # Pillow's own conversion to 8 bits makes everything above 255 white.
    samples = image.tobytes()
    high = Image.frombytes("L", image.size, samples, "raw", "L;16")
    sample = image.info.get("transparency")
    if sample is not None:
        low = Image.frombytes("L", image.size, samples, "raw", "L;16B")
        other_high = high.point([255 * (value != sample >> 8) for value in range(256)])
        other_low = low.point([255 * (value != sample & 255) for value in range(256)])
        high.putalpha(ImageChops.lighter(other_high, other_low))
    return high


def _get_orientation(image: Image.Image) -> int:
    # Not `getexif`, which raises on what is broken, and asks XMP too, as browsers don't.
    exif = image.info.get("exif")
    return read_orientation(exif) if isinstance(exif, bytes) else UPRIGHT


def _convert_to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = picture.getchannel("A") if picture.mode in {"LA", "RGBA"} else None
    colours = picture if alpha is None else picture.convert(picture.mode[:-1])
    if profile:
        colours = _apply_profile(colours, profile)
    colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _apply_profile(colours: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            colours, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:  # broken, or of other colours: browsers ignore it too
        return colours
    return converted or colours


def _encode(picture: Image.Image, size: int) -> bytes:
    file = BytesIO()
    fitting = picture.resize(_fit(picture.size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    fitting.save(file, "WEBP", quality=QUALITY, method=EFFORT)
    return file.getvalue()


def _look_up_everything() -> None:
    Image.preinit()
    for module in LATER:
        import_module(module)
    for codec in CODECS:
        codecs.lookup(codec)


def main(
    _niceness: str, image_format: str, memory_bytes: str, cpu_seconds: str, *sizes: str
) -> None:
    """Render within these limits; exits with EX_DATAERR when the picture is at fault."""
    with suppress(OSError):  # Linux alone: where memory runs out, this goes before the service
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _look_up_everything()
    gc.freeze()
    gc.enable()
    confine(FONT_FOLDER if image_format == "SVG" else None)
    # The service's own limits hold: what it took in is decoded, whatever its comments weigh.
    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY
    original = sys.stdin.buffer.read()
    # Told before a decoder sees the first byte: one that was taken over cannot tell others.
    told = f"{hashlib.sha256(original).hexdigest()} {blake3(original).hexdigest()}\n"
    sys.stdout.buffer.write(told.encode())
    sys.stdout.buffer.flush()
    try:
        made = render(original, image_format, [int(size) for size in sizes])
    except (KeyboardInterrupt, ImportError):  # whoever stops the server says nothing of the picture
        raise
    except BaseException as fault:  # around all decoders; Rust's panics are no Exception
        if isinstance(fault, OSError) and fault.errno:  # nor does what the kernel refused
            raise
        sys.stderr.write(f"{type(fault).__name__}: {fault}")
        sys.exit(os.EX_DATAERR)
    sys.stdout.buffer.write(b"".join(made))


if __name__ == "__main__":
    main(*sys.argv[1:])
