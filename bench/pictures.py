"""What the benchmark uploads: pictures of noise, which compress like detailed photos."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

# As long as curl's; a short one makes every server's search for it slow.
BOUNDARY = "------------------------vZ3rQm8KxT1bNfLs7WcYpa"


@dataclass(frozen=True)
class Picture:
    """A file to upload, and how often per round."""

    label: str
    name: str
    content_type: str
    data: bytes
    count: int

    def build_form(self) -> bytes:
        """A multipart form with this picture, a title and a flag."""
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
        texts = f'{head}"title"\r\n\r\nFront\r\n{head}"is_primary"\r\n\r\nfalse\r\n'
        file = f'{head}"image"; filename="{self.name}"\r\nContent-Type: {self.content_type}\r\n\r\n'
        return f"{texts}{file}".encode() + self.data + f"\r\n--{BOUNDARY}--\r\n".encode()


def make_jpeg(label: str, side: int, count: int) -> Picture:
    """A JPEG of ``side`` x ``side`` pixels, 0.72 bytes each."""
    return Picture(label, "front.jpg", "image/jpeg", _encode(side, "JPEG", quality=90), count)


def make_pictures() -> list[Picture]:
    """One of each row of the table."""
    shapes = "".join(
        f'<rect x="{n % 97}" y="{n % 89}" width="9" height="{n % 7 + 1}" fill="#0a7"/>'
        for n in range(350)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">{shapes}</svg>'
    return [
        make_jpeg("JPEG 200 kB", 525, 240),
        make_jpeg("JPEG 2 MB", 1660, 80),
        make_jpeg("JPEG 8 MB", 3325, 32),
        Picture("PNG 1.5 MB", "front.png", "image/png", _encode(780, "PNG"), 80),
        Picture("SVG 20 kB", "front.svg", "image/svg+xml", svg.encode(), 240),
    ]


def _encode(side: int, image_format: str, **options: int) -> bytes:
    data = io.BytesIO()
    noise = [Image.effect_noise((side, side), 60) for _ in range(3)]
    picture = Image.merge("RGB", noise if image_format == "PNG" else [noise[0]] * 3)
    picture.save(data, image_format, **options)
    return data.getvalue()
