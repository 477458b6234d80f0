"""The names of formats that are recognised and not accepted, with what to do instead."""

from __future__ import annotations

from typing import Final

AS_JPEG: Final = "save it as JPEG"
AS_PNG: Final = "save it as PNG"
AS_PICTURE: Final = "send a picture as JPEG or PNG"

_BY_FIRST_BYTES: Final = (
    (b"II*\x00", "TIFF or a camera's raw file", AS_JPEG),
    (b"MM\x00*", "TIFF or a camera's raw file", AS_JPEG),
    (b"II+\x00", "BigTIFF", AS_JPEG),
    (b"MM\x00+", "BigTIFF", AS_JPEG),
    (b"IIRO", "an Olympus raw file", AS_JPEG),
    (b"IIU\x00", "a Panasonic raw file", AS_JPEG),
    (b"II\xbc\x01", "JPEG XR", AS_JPEG),
    (b"FUJIFILMCCD-RAW", "a Fujifilm raw file", AS_JPEG),
    (b"\xff\x0a", "JPEG XL", AS_JPEG),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL", AS_JPEG),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000", AS_JPEG),
    (b"\xff\x4f\xff\x51", "JPEG 2000", AS_JPEG),
    (b"8BPS", "a Photoshop document (PSD)", "export it as JPEG or PNG"),
    (b"8BPB", "a large Photoshop document (PSB)", "export it as JPEG or PNG"),
    (b"gimp xcf", "a GIMP document (XCF)", "export it as JPEG or PNG"),
    (b"%PDF", "PDF", "export the page as JPEG or PNG"),
    (b"%!PS", "PostScript (EPS)", "export it as SVG or PNG"),
    (b"\xc5\xd0\xd3\xc6", "PostScript (EPS)", "export it as SVG or PNG"),
    (b"\xd7\xcd\xc6\x9a", "WMF", "export it as SVG or PNG"),
    (b"\x01\x00\x00\x00\x58\x00\x00\x00", "EMF", "export it as SVG or PNG"),
    (b"\x01\x00\x00\x00\x6c\x00\x00\x00", "EMF", "export it as SVG or PNG"),
    (b"\x00\x00\x01\x00", "an icon (ICO)", AS_PNG),
    (b"\x00\x00\x02\x00", "a cursor (CUR)", AS_PNG),
    (b"icns", "an icon (ICNS)", AS_PNG),
    (b"\x8aMNG", "MNG", "save it as GIF or animated PNG"),
    (b"\x8bJNG", "JNG", AS_JPEG),
    (b"qoif", "QOI", AS_PNG),
    (b"farbfeld", "farbfeld", AS_PNG),
    (b"DDS ", "a DirectDraw texture (DDS)", AS_PNG),
    (b"BPG\xfb", "BPG", AS_JPEG),
    (b"FLIF", "FLIF", AS_PNG),
    (b"#?RADIANCE", "Radiance HDR", AS_JPEG),
    (b"v/1\x01", "OpenEXR", AS_JPEG),
    (b"\x1f\x8b", "a gzip file, as compressed SVG is", "unpack it first"),
    (b"PK\x03\x04", "a ZIP archive or an Office document", "unpack it and send the picture itself"),
    (b"Rar!", "a RAR archive", "unpack it and send the picture itself"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and send the picture itself"),
    (b"\xd0\xcf\x11\xe0", "an Office document", AS_PICTURE),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video", AS_PICTURE),
    (b"OggS", "Ogg audio or video", AS_PICTURE),
    (b"ID3", "MP3 audio", AS_PICTURE),
)  # fmt: skip

# ISO/IEC 14496-12, 4.3: the major brand of a file that starts with a `ftyp` box
_BY_BRAND: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"crx ": "a Canon raw file (CR3)",
    b"jp2 ": "JPEG 2000",
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"
    ),
}

_BY_RIFF_TYPE: Final = {b"AVI ": "AVI video", b"WAVE": "WAV audio", b"ACON": "an animated cursor"}


def name_other_format(head: bytes) -> str | None:
    """Return "a thing; what to do" for the first 16 bytes of a file, or None when unknown."""
    if head[4:8] == b"ftyp":
        if name := _BY_BRAND.get(head[8:12]):
            return f"{name}; {AS_JPEG}"
        return f"MP4 or QuickTime video; {AS_PICTURE}"
    if head.startswith(b"RIFF"):
        return f"{_BY_RIFF_TYPE.get(head[8:12], 'a RIFF file')}; {AS_PICTURE}"
    for first_bytes, name, remedy in _BY_FIRST_BYTES:
        if head.startswith(first_bytes):
            return f"{name}; {remedy}"
    return None
