"""What the benchmark uploads: pictures of noise, which compress like detailed photos."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

# As long as curl's; a short one makes every server's search for it slow.
BOUNDARY = "------------------------vZ3rQm8KxT1bNfLs7WcYpa"


@dataclass(frozen=True)
class Picture:
    """A file to upload, and how often per round: short rounds share a noisy moment evenly."""

    label: str
    name: str
    content_type: str
    data: bytes
    count: int

    def build_form(self) -> bytes:
        """A multipart form with this picture, a title and a flag that demotes the one before."""
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
        texts = f'{head}"title"\r\n\r\nFront\r\n{head}"is_primary"\r\n\r\ntrue\r\n'
        file = f'{head}"image"; filename="{self.name}"\r\nContent-Type: {self.content_type}\r\n\r\n'
        return f"{texts}{file}".encode() + self.data + f"\r\n--{BOUNDARY}--\r\n".encode()


def make_jpeg(label: str, side: int, count: int) -> Picture:
    """A JPEG of ``side`` x ``side`` pixels, 0.72 bytes each."""
    return _make(label, side, "JPEG", count, quality=90)


def make_pictures() -> list[Picture]:
    """One of each row of the table."""
    shapes = "".join(
        f'<rect x="{n % 97}" y="{n % 89}" width="9" height="{n % 7 + 1}" fill="#0a7"/>'
        for n in range(350)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">{shapes}</svg>'
    return [
        make_jpeg("JPEG 200 kB", 525, 96),
        make_jpeg("JPEG 2 MB", 1660, 48),
        make_jpeg("JPEG 8 MB", 3325, 16),
        _make("PNG 1.5 MB", 720, "PNG", 48),
        _make("WebP 1.5 MB", 1620, "WEBP", 48, quality=85, method=0),
        _make("GIF 1.5 MB", 1055, "GIF", 48),
        _make("BMP 1.5 MB", 720, "BMP", 48),
        Picture("SVG 20 kB", "front.svg", "image/svg+xml", svg.encode(), 96),
    ]


def _make(label: str, side: int, image_format: str, count: int, **options: int) -> Picture:
    data = io.BytesIO()
    noise = [Image.effect_noise((side, side), 60) for _ in range(3)]
    is_lossless = image_format in ("PNG", "BMP")
    picture = Image.merge("RGB", noise if is_lossless else [noise[0]] * 3)
    picture.save(data, image_format, **options)
    name, content_type = f"front.{image_format.lower()}", Image.MIME[image_format]
    return Picture(label, name, content_type, data.getvalue(), count)
