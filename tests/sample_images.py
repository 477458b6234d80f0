"""Sample pictures of every kind, made in memory: by Pillow, or by hand where it cannot write them."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageCms

JPEG_MARKERS = {"SOF1": 0xC1, "SOF3": 0xC3, "SOF5": 0xC5, "SOF9": 0xC9, "SOF10": 0xCA}


def make_picture(mode: str = "RGB", width: int = 64, height: int = 48) -> Image.Image:
    """Return a picture with smooth and busy parts, the same at every call."""
    return _draw(mode, width, height).copy()


@cache
def _draw(mode: str, width: int, height: int) -> Image.Image:
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.radial_gradient("L").resize((width, height))
    blue = Image.effect_mandelbrot((width, height), (-2.0, -1.5, 1.0, 1.5), 60)
    picture = Image.merge("RGB", (red, green, blue))
    if mode == "RGBA":
        picture.putalpha(green)
        return picture
    if mode == "LA":
        return Image.merge("LA", (red, green))
    if mode == "P":
        return picture.quantize(32)
    if mode == "I;16":
        return red.convert("I").point(lambda level: level * 257).convert("I;16")
    return picture.convert(mode)


@cache
def _make_plain(image_format: str, mode: str, width: int, height: int) -> bytes:
    return _encode(_draw(mode, width, height), image_format)


def _make(image_format: str, mode: str, width: int, height: int, options: dict[str, Any]) -> bytes:
    if not options:
        return _make_plain(image_format, mode, width, height)
    return _encode(make_picture(mode, width, height), image_format, **options)


def _encode(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


def make_jpeg(width: int = 64, height: int = 48, *, mode: str = "RGB", **options: Any) -> bytes:
    """Return a JPEG; ``options`` are Pillow's (quality, progressive, subsampling, exif…)."""
    return _make("JPEG", mode, width, height, options)


def make_jpeg_with_orientation(orientation: int) -> bytes:
    """Return a JPEG with one of the eight EXIF orientations."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return make_jpeg(exif=exif)


def make_jpeg_of_process(name: str) -> bytes:
    """Return a JPEG whose frame header claims another process, such as SOF9 (arithmetic)."""
    return make_jpeg().replace(b"\xff\xc0", bytes([0xFF, JPEG_MARKERS[name]]), 1)


def make_jpeg_of_precision(bits: int) -> bytes:
    """Return a JPEG whose frame header claims so many bits a sample."""
    jpeg = make_jpeg()
    place = jpeg.index(b"\xff\xc0") + 4
    return jpeg[:place] + bytes([bits]) + jpeg[place + 1 :]


def make_jpeg_without_huffman_tables(width: int = 64, height: int = 48) -> bytes:
    """Return a JPEG as a frame of Motion-JPEG is: decoders fill in the standard tables."""
    jpeg = make_jpeg(width, height)
    while (place := jpeg.find(b"\xff\xc4")) >= 0:
        length = int.from_bytes(jpeg[place + 2 : place + 4], "big")
        jpeg = jpeg[:place] + jpeg[place + 2 + length :]
    return jpeg


def make_mpo(width: int = 64, height: int = 48) -> bytes:
    """Return two JPEGs in one file, as cameras write."""
    picture = make_picture("RGB", width, height)
    return _encode(picture, "MPO", save_all=True, append_images=[picture.rotate(180)])


def make_png(width: int = 64, height: int = 48, *, mode: str = "RGB", **options: Any) -> bytes:
    """Return a PNG; ``options`` are Pillow's (bits, transparency, compress_level…)."""
    return _make("PNG", mode, width, height, options)


def make_png_chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Return one PNG chunk with its CRC."""
    crc = zlib.crc32(kind + content)
    return len(content).to_bytes(4, "big") + kind + content + crc.to_bytes(4, "big")


def make_png_header(
    width: int = 1, height: int = 1, *, depth: int = 8, colour_type: int = 0, interlace: int = 0
) -> bytes:
    """Return a PNG's signature and IHDR."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = size + bytes([depth, colour_type, 0, 0, interlace])
    return b"\x89PNG\r\n\x1a\n" + make_png_chunk(b"IHDR", header)


def make_png_of_chunks(*chunks: bytes, **header: int) -> bytes:
    """Return a PNG with these chunks between its header and its end."""
    return make_png_header(**header) + b"".join(chunks) + make_png_chunk(b"IEND")


def make_png_data(width: int = 1, height: int = 1, *, bits: int = 8) -> bytes:
    """Return the IDAT chunk of a black picture."""
    return make_png_chunk(b"IDAT", zlib.compress((1 + (width * bits + 7) // 8) * height * b"\0"))


def make_interlaced_png(width: int = 13, height: int = 11) -> bytes:
    """Return an 8-bit grey PNG in Adam7 order, which Pillow reads and does not write."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    rows = bytearray()
    for left, top, step_x, step_y in (*passes, (0, 1, 1, 2)):
        columns = range(left, width, step_x)
        for y in range(top, height, step_y):
            if columns:
                rows += b"\0" + bytes((x * 16 + y) % 256 for x in columns)
    data = make_png_chunk(b"IDAT", zlib.compress(bytes(rows)))
    return make_png_of_chunks(data, width=width, height=height, interlace=1)


def _make_frames(mode: str, count: int, width: int, height: int) -> list[Image.Image]:
    # Turned by a right angle each, so that no encoder drops a frame as a repetition.
    square = make_picture("RGB", width, height)
    frames = [
        square.rotate(90 * (i % 4)).point(lambda v, i=i: (v + 9 * i) % 256) for i in range(count)
    ]
    return [frame.convert(mode) for frame in frames]


def make_animated_png(frames: int = 3, width: int = 64, height: int = 48) -> bytes:
    """Return an APNG."""
    first, *others = _make_frames("RGB", frames, width, height)
    return _encode(first, "PNG", save_all=True, append_images=others)


def make_gif(width: int = 64, height: int = 48, *, mode: str = "P", **options: Any) -> bytes:
    """Return a GIF of one frame."""
    return _make("GIF", mode, width, height, options)


def make_animated_gif(frames: int = 3, width: int = 64, height: int = 48) -> bytes:
    """Return a GIF of several frames."""
    first, *others = _make_frames("RGB", frames, width, height)
    return _encode(first, "GIF", save_all=True, append_images=others)


def make_webp(width: int = 64, height: int = 48, *, mode: str = "RGB", **options: Any) -> bytes:
    """Return a WebP; ``options`` are Pillow's (lossless, quality, exif, icc_profile…)."""
    return _make("WEBP", mode, width, height, options)


def make_animated_webp(frames: int = 3, width: int = 64, height: int = 48, **options: Any) -> bytes:
    """Return a WebP of several frames."""
    first, *others = _make_frames("RGB", frames, width, height)
    return _encode(first, "WEBP", save_all=True, append_images=others, **options)


def make_long_jpeg(byte_size: int) -> bytes:
    """Return a small JPEG with comments (B.2.4.5) that make it as long as that."""
    jpeg = make_jpeg()
    missing = byte_size - len(jpeg)
    comments = b""
    while missing:
        length = missing if missing <= 0xFFFF else min(0xFFFF, missing - 4)
        comments += b"\xff\xfe" + (length - 2).to_bytes(2, "big") + bytes(length - 4)
        missing -= length
    return jpeg[:2] + comments + jpeg[2:]


def make_bmp(width: int = 64, height: int = 48, *, mode: str = "RGB") -> bytes:
    """Return a BMP as Pillow writes it, with a BITMAPINFOHEADER."""
    return _make("BMP", mode, width, height, {})


def make_bmp_by_hand(
    width: int = 5,
    height: int = 3,
    *,
    bits: int = 24,
    compression: int = 0,
    header_bytes: int = 40,
    masks: tuple[int, ...] = (),
    pixels: bytes | None = None,
) -> bytes:
    """Return a BMP of any header version; a negative height means from the top down."""

    def u16(number: int) -> bytes:
        return number.to_bytes(2, "little")

    def u32(number: int) -> bytes:
        return (number % 2**32).to_bytes(4, "little")

    if header_bytes == 12:
        header = u32(12) + u16(width) + u16(height) + u16(1) + u16(bits)
    else:
        header = u32(header_bytes) + u32(width) + u32(height) + u16(1) + u16(bits)
        header += u32(compression) + bytes(20) + b"".join(map(u32, masks))
        header = header.ljust(header_bytes, b"\0")
    colour_bytes = 3 if header_bytes == 12 else 4
    palette = b"".join(
        bytes((i, 255 - i, 7, 0))[:colour_bytes] for i in range(1 << bits if bits <= 8 else 0)
    )
    if pixels is None:
        pixels = bytes(i % 251 for i in range((width * bits + 31) // 32 * 4 * abs(height)))
    offset = 14 + len(header) + len(palette)
    return b"BM" + u32(offset + len(pixels)) + u32(0) + u32(offset) + header + palette + pixels


def make_rle_bmp(bits: int = 8) -> bytes:
    """Return a run-length BMP of 6 x 3 pixels: runs, an absolute run, a delta, the end."""
    rows = (
        b"\x06\x01\x00\x00"
        + b"\x02\x07\x00\x04\x01\x02\x03\x04\x00\x00"
        + b"\x00\x02\x06\x00\x00\x01"
    )
    if bits == 4:
        rows = rows.replace(b"\x00\x04\x01\x02\x03\x04", b"\x00\x04\x12\x34")
    return make_bmp_by_hand(6, 3, bits=bits, compression=1 if bits == 8 else 2, pixels=rows)


def make_svg(width: int = 64, height: int = 48) -> bytes:
    """Return a harmless SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="#0a7"/></svg>'
    ).encode()


def make_icc_profile() -> bytes:
    """Return an sRGB profile, to put into a picture."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def make_wide_icc_profile() -> bytes:
    """Return a profile with the primaries of Adobe RGB (1998), as they are in D50."""
    profile = bytearray(make_icc_profile())
    primaries = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
    }
    for name, colour in primaries.items():
        entry = profile.index(name)
        place = 8 + int.from_bytes(profile[entry + 4 : entry + 8], "big")
        profile[place : place + 12] = struct.pack(">3i", *(round(65536 * v) for v in colour))
    return bytes(profile)


def make_cmyk_icc_profile() -> bytes:
    """Return the header of a profile for print."""
    return make_icc_profile()[:16] + b"CMYK" + make_icc_profile()[20:128] + bytes(4)


def make_exif_with_position() -> Image.Exif:
    """Return what a phone writes at 48° 51' 29.6" N, 2° 17' 40.2" E."""
    exif = Image.Exif()
    exif[0x0112] = 1
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)}
    return exif


def make_xmp_with_position() -> bytes:
    """Return an XMP packet with the same place."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        b' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51.4933N"'
        b' exif:GPSLongitude="2,17.67E"/></rdf:RDF></x:xmpmeta>'
    )


def zero_fill(image: bytes, share: float = 0.5) -> bytes:
    """Return the picture with its last part overwritten by zeros, as a lost transfer leaves it."""
    kept = int(len(image) * (1 - share))
    return image[:kept] + bytes(len(image) - kept)


@cache
def list_encoder_samples() -> dict[str, bytes]:
    """Return one small picture for every option of Pillow's encoders and for what it only reads."""
    return {**_list_jpegs(), **_list_pngs(), **_list_gifs(), **_list_webps(), **_list_bmps()}


def _list_jpegs() -> dict[str, bytes]:
    steep = [[min(255, 1 + i * 3) for i in range(64)], [min(255, 2 + i * 4) for i in range(64)]]
    return {
        "jpeg": make_jpeg(),
        "jpeg grey": make_jpeg(mode="L"),
        "jpeg cmyk": make_jpeg(mode="CMYK"),
        "jpeg quality 1": make_jpeg(quality=1),
        "jpeg quality 100": make_jpeg(quality=100),
        "jpeg optimized": make_jpeg(optimize=True),
        "jpeg progressive": make_jpeg(progressive=True),
        "jpeg progressive grey": make_jpeg(mode="L", progressive=True),
        "jpeg progressive cmyk": make_jpeg(mode="CMYK", progressive=True),
        "jpeg progressive odd size": make_jpeg(33, 17, progressive=True, subsampling="4:2:0"),
        "jpeg keeps rgb": make_jpeg(keep_rgb=True),
        "jpeg 4:4:4": make_jpeg(subsampling="4:4:4"),
        "jpeg 4:2:2": make_jpeg(subsampling="4:2:2"),
        "jpeg 4:2:0": make_jpeg(subsampling="4:2:0"),
        "jpeg 4:1:1": make_jpeg(subsampling="4:1:1"),
        "jpeg restart each row": make_jpeg(restart_marker_rows=1),
        "jpeg restart each block": make_jpeg(restart_marker_blocks=1),
        "jpeg restart progressive": make_jpeg(restart_marker_blocks=3, progressive=True),
        "jpeg own tables": make_jpeg(qtables=steep),
        "jpeg smooth": make_jpeg(smooth=50),
        "jpeg comment": make_jpeg(comment=b"\xff\xd9" * 30_000),
        "jpeg icc": make_jpeg(icc_profile=make_icc_profile() * 50),
        "jpeg xmp": make_jpeg(xmp=b"<x:xmpmeta/>"),
        "jpeg one pixel": make_jpeg(1, 1),
        "jpeg without huffman tables": make_jpeg_without_huffman_tables(),
        "jpeg dpi": make_jpeg(dpi=(300, 300)),
        "mpo": make_mpo(),
        **{f"jpeg orientation {i}": make_jpeg_with_orientation(i) for i in range(1, 9)},
    }


def _list_pngs() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    frame_data = make_animated_png()
    return {
        "png": make_png(),
        "png 1 bit": make_png(mode="1"),
        "png grey": make_png(mode="L"),
        "png grey alpha": make_png(mode="LA"),
        "png 16 bit": make_png(mode="I;16"),
        "png alpha": make_png(mode="RGBA"),
        "png palette 2 colours": _encode(make_picture().quantize(2), "PNG"),
        "png palette 4 colours": _encode(make_picture().quantize(4), "PNG"),
        "png palette 16 colours": _encode(make_picture().quantize(16), "PNG"),
        "png palette 256 colours": make_png(mode="P", bits=8),
        "png transparent grey": make_png(mode="L", transparency=7),
        "png transparent colour": make_png(transparency=(1, 2, 3)),
        "png transparent palette": make_png(mode="P", transparency=b"\x00\x80\xff"),
        "png optimized": make_png(optimize=True),
        "png stored": make_png(compress_level=0),
        "png icc": make_png(icc_profile=make_icc_profile()),
        "png exif": make_png(exif=exif),
        "png dpi": make_png(dpi=(72, 72)),
        "png one pixel": make_png(1, 1),
        "png interlaced": make_interlaced_png(),
        "png interlaced one pixel": make_interlaced_png(1, 1),
        "png 2 bit": make_png_of_chunks(make_png_data(9, 5, bits=2), width=9, height=5, depth=2),
        "png 4 bit": make_png_of_chunks(make_png_data(9, 5, bits=4), width=9, height=5, depth=4),
        "png 48 bit": make_png_of_chunks(
            make_png_data(9, 5, bits=48), width=9, height=5, depth=16, colour_type=2
        ),
        "png 64 bit": make_png_of_chunks(
            make_png_data(9, 5, bits=64), width=9, height=5, depth=16, colour_type=6
        ),
        "apng": frame_data,
        "apng default image": _encode(
            make_picture(),
            "PNG",
            save_all=True,
            default_image=True,
            append_images=_make_frames("RGB", 2, 64, 48),
        ),
    }


def _list_gifs() -> dict[str, bytes]:
    return {
        "gif": make_gif(),
        "gif 1 bit": make_gif(mode="1"),
        "gif grey": make_gif(mode="L"),
        "gif not interlaced": make_gif(interlace=0),
        "gif transparent": make_gif(transparency=3),
        "gif comment": make_gif(comment=b"a" * 1000),
        "gif optimized": make_gif(optimize=True),
        "gif one pixel": make_gif(1, 1),
        "gif animated": make_animated_gif(),
        "gif looping": _encode(
            make_picture(),
            "GIF",
            save_all=True,
            append_images=[make_picture("L")],
            loop=0,
            disposal=2,
        ),
    }


def _list_webps() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "webp": make_webp(),
        "webp lossless": make_webp(lossless=True),
        "webp alpha": make_webp(mode="RGBA"),
        "webp lossless alpha": make_webp(mode="RGBA", lossless=True),
        "webp exact": make_webp(mode="RGBA", lossless=True, exact=True),
        "webp method 6": make_webp(method=6, quality=10),
        "webp metadata": make_webp(exif=exif, xmp=b"<x/>", icc_profile=make_icc_profile()),
        "webp one pixel": make_webp(1, 1),
        "webp lossless one pixel": make_webp(1, 1, lossless=True),
        "webp animated": make_animated_webp(),
        "webp animated lossless": make_animated_webp(lossless=True),
        "webp animated mixed": make_animated_webp(allow_mixed=True, minimize_size=True),
    }


def _list_bmps() -> dict[str, bytes]:
    samples = {f"bmp {mode}": make_bmp(mode=mode) for mode in ("1", "L", "P", "RGB", "RGBA")}
    samples |= {f"bmp {n} bits": make_bmp_by_hand(bits=n) for n in (1, 4, 8, 16, 24, 32)}
    samples |= {
        f"bmp os/2 {n} bits": make_bmp_by_hand(bits=n, header_bytes=12) for n in (1, 4, 8, 24)
    }
    samples |= {f"bmp header {n}": make_bmp_by_hand(header_bytes=n) for n in (52, 56, 64, 108, 124)}
    return samples | {
        "bmp top down": make_bmp_by_hand(height=-3),
        "bmp rle8": make_rle_bmp(8),
        "bmp rle4": make_rle_bmp(4),
        "bmp one pixel": make_bmp(1, 1),
        "bmp 5-6-5": make_bmp_by_hand(
            bits=16, compression=3, header_bytes=56, masks=(0xF800, 0x7E0, 0x1F)
        ),
        "bmp alpha": make_bmp_by_hand(
            bits=32, compression=3, header_bytes=124, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        ),
    }
