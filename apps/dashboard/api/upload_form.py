"""The upload's form, part by part: one picture, two texts, and every way to get them wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.datastructures import MultiValueDict
from multipart import MultipartSegment

from apps.products.incoming_image import IncomingImage

FIELDS: Final = ("image", "title", "is_primary")
MAX_TEXT_BYTES = 4096

_SQUEEZED = {field.replace("_", ""): field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Stands where a field's value would: why there is none."""

    message: str


class UploadForm:
    """Takes the events of a multipart parser; `get_fields` and `get_files` tell what came."""

    def __init__(self) -> None:
        self._image: IncomingImage | None = None
        self._texts: dict[str, bytearray] = {}
        self._faults: dict[str, FieldFault] = {}
        self._receive: Callable[[bytes], None] = _ignore

    def take(self, event: MultipartSegment | bytes | None) -> None:
        """Take the head of a part, some of its bytes, or None for its end.

        Raises ImageTooLarge and StorageUnavailable, which end the reading.
        """
        if isinstance(event, bytes):
            self._receive(event)
        elif event is not None:
            self._receive = self._begin_part(event)

    def get_fields(self) -> MultiValueDict[str, str | FieldFault]:
        """The texts; a `FieldFault` where one is wrong, nothing where ``is_primary`` is blank."""
        fields = MultiValueDict[str, str | FieldFault]()
        for name, text in self._texts.items():
            if name != "is_primary" or text.strip():
                fields[name] = _decode_text(name, text)
        for name in self._faults.keys() - {"image"}:
            fields[name] = self._faults[name]
        return fields

    def get_files(self) -> MultiValueDict[str, IncomingImage]:
        """The one picture; without any, one that carries the fault."""
        if self._image is None:
            self._image = IncomingImage()
            self._set_fault(
                "image", "The form has no part 'image'; send it with -F image=@photo.jpg"
            )
        if "image" in self._faults:
            self._image.fault = self._faults["image"].message
        return MultiValueDict({"image": [self._image]})

    def close(self) -> None:
        """Remove what was written."""
        if self._image is not None:
            self._image.close()

    def _begin_part(self, part: MultipartSegment) -> Callable[[bytes], None]:
        name = _decode_name(part.name or "")
        field = _SQUEEZED.get(name.lower().replace("-", "").replace("_", ""))
        if field is None:
            return _ignore
        if name != field:
            return self._set_fault(field, f"The part {name!r} is not known; its name is {field!r}.")
        if name in self._texts or (name == "image" and self._image is not None):
            return self._set_fault(field, f"The form has more than one part {name!r}.")
        return self._begin_image(part) if name == "image" else self._begin_text(part, name)

    def _begin_image(self, part: MultipartSegment) -> Callable[[bytes], None]:
        if part.filename is None:
            return self._set_fault(
                "image",
                "The part 'image' came as text, not as a file; was the @ left out in"
                " -F image=@photo.jpg?",
            )
        self._image = IncomingImage(_decode_name(part.filename))
        return self._image.receive

    def _begin_text(self, part: MultipartSegment, name: str) -> Callable[[bytes], None]:
        text = self._texts[name] = bytearray()
        if part.filename is not None:
            return self._set_fault(
                name, f"The part {name!r} came as a file; send it as text: -F {name}=..."
            )

        def receive(chunk: bytes) -> None:
            text.extend(chunk)
            if len(text) > MAX_TEXT_BYTES:
                del text[MAX_TEXT_BYTES:]
                self._set_fault(
                    name,
                    f"The part {name!r} has more than the {MAX_TEXT_BYTES} bytes that it may have.",
                )

        return receive

    def _set_fault(self, field: str, message: str) -> Callable[[bytes], None]:
        self._faults.setdefault(field, FieldFault(message))
        return _ignore


def _decode_text(name: str, text: bytearray) -> str | FieldFault:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return FieldFault(f"The part {name!r} is not UTF-8 text.")


def _decode_name(name: str) -> str:
    return name.encode("latin-1").decode(errors="replace")


def _ignore(_chunk: bytes) -> None:
    pass
