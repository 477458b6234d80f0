"""A drawing kit for the sample pictures: masks, gradients, and a canvas that layers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

SIDE = 1600
# Shapes are drawn larger and shrunk at the end, which smooths their edges.
SCALE = 2

Mask = Image.Image
Paint = Image.Image | str
Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Canvas:
    """A square picture, addressed in the pixels of its final size."""

    def __init__(self, paint: Paint = "#00000000") -> None:
        side = SIDE * SCALE
        self.image = Image.new("RGBA", (side, side), paint if isinstance(paint, str) else None)
        if isinstance(paint, Image.Image):
            self.image.paste(paint)

    def fill(self, mask: Mask, paint: Paint, opacity: float = 1, blur: float = 0) -> None:
        """Lay paint over what the mask shows."""
        mask = blur_mask(mask, blur)
        box = mask.getbbox()
        if box is None:
            return
        mask = mask.crop(box).point([round(value * opacity) for value in range(256)])
        layer = Image.new("RGBA", mask.size, paint if isinstance(paint, str) else None)
        if isinstance(paint, Image.Image):
            layer.paste(paint.crop(box))
        layer.putalpha(mask)
        self.image.alpha_composite(layer, box[:2])

    def write(
        self, text: str, y: float, size: float, colour: str, *, tracking: float = 0, weight: int = 0
    ) -> None:
        """Set one centred line, ``tracking`` apart, its strokes thickened by ``weight``."""
        font = ImageFont.load_default(size * SCALE)
        draw = ImageDraw.Draw(self.image)
        step = tracking * SCALE
        x = (SIDE * SCALE - sum(font.getlength(c) + step for c in text) + step) / 2
        for character in text:
            draw.text((x, y * SCALE), character, colour, font, "ls", stroke_width=weight)
            x += font.getlength(character) + step

    def finish(self) -> Image.Image:
        """The picture in its final size."""
        return self.image.reduce(SCALE)


def set_scene(wall: str, floor: str, horizon: float) -> Canvas:
    """A lit backdrop for a product to stand in front of."""
    canvas = Canvas(ramp(wall, 0, horizon, down=True))
    canvas.fill(ellipse((200, 100, 1400, 1300)), "#ffffff", 0.35, blur=160)
    canvas.fill(rectangle((-200, horizon, 1800, 1800)), ramp(floor, horizon, down=True), blur=30)
    return canvas


def polygon(points: Sequence[Point]) -> Mask:
    return _draw_mask(lambda draw: draw.polygon(_scale(points), 255))


def rectangle(box: Box, radius: float = 0) -> Mask:
    corners = _scale((box[:2], box[2:]))
    return _draw_mask(lambda draw: draw.rounded_rectangle(corners, radius * SCALE, 255))


def ellipse(box: Box) -> Mask:
    return _draw_mask(lambda draw: draw.ellipse(_scale((box[:2], box[2:])), 255))


def circle(x: float, y: float, radius: float) -> Mask:
    return ellipse((x - radius, y - radius, x + radius, y + radius))


def strokes(lines: Sequence[Sequence[Point]], width: float) -> Mask:
    def draw_lines(draw: ImageDraw.ImageDraw) -> None:
        for line in lines:
            draw.line(_scale(line), 255, round(width * SCALE), "curve")

    return _draw_mask(draw_lines)


def join(one: Mask, other: Mask) -> Mask:
    return ImageChops.lighter(one, other)


def clip(mask: Mask, within: Mask) -> Mask:
    return ImageChops.multiply(mask, within)


def cut_out(mask: Mask, hole: Mask) -> Mask:
    return ImageChops.subtract(mask, hole)


def shift(mask: Mask, x: int, y: int) -> Mask:
    return ImageChops.offset(mask, x * SCALE, y * SCALE)


def blur_mask(mask: Mask, radius: float) -> Mask:
    """Only what is near the shape: the blur of the whole canvas takes ten times as long."""
    box = mask.getbbox()
    if not radius or box is None:
        return mask
    margin, side = round(3 * radius * SCALE), SIDE * SCALE
    left, top = (max(0, edge - margin) for edge in box[:2])
    right, bottom = (min(side, edge + margin) for edge in box[2:])
    part = mask.crop((left, top, right, bottom))
    blurred = Image.new("L", mask.size)
    blurred.paste(part.filter(ImageFilter.GaussianBlur(radius * SCALE)), (left, top))
    return blurred


def ramp(stops: str, start: float, end: float = SIDE, *, down: bool = False) -> Image.Image:
    """A gradient over the whole canvas: ``"#000 0, #888 30, #fff 100"`` from start (0) to end."""
    side = SIDE * SCALE
    parts = [stop.split() for stop in stops.split(",")]
    colours = [(float(at) / 100, ImageColor.getrgb(colour)) for colour, at in parts]
    strip = Image.new("RGB", (side, 1))
    for x in range(side):
        at = min(1.0, max(0.0, (x / SCALE - start) / (end - start)))
        index = max(i for i, (stop, _) in enumerate(colours[:-1]) if stop <= at)
        (low, first), (high, second) = colours[index : index + 2]
        share = (at - low) / (high - low)
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
        strip.putpixel((x, 0), (red, green, blue))
    turned = strip.transpose(Image.Transpose.ROTATE_270) if down else strip
    return turned.resize((side, side), Image.Resampling.NEAREST)


def _draw_mask(draw_shape: Callable[[ImageDraw.ImageDraw], None]) -> Mask:
    mask = Image.new("L", (SIDE * SCALE, SIDE * SCALE))
    draw_shape(ImageDraw.Draw(mask))
    return mask


def _scale(points: Sequence[Sequence[float]]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]
