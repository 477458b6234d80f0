"""The upload's form, part by part: one picture, two texts, and every way to get them wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.datastructures import MultiValueDict
from multipart import MultipartSegment

from apps.dashboard.api.part_head import PartHead, read_part_head
from apps.dashboard.api.part_text import decode_text
from apps.products.incoming_image import IncomingImage
from apps.products.pictures.containers.other_texts import name_text

MAX_TEXT_BYTES = 4096
CHARSET = "_charset_"
FIELDS: Final = ("image", "title", "is_primary")
FILE_FIELDS: Final = ("image",)  # of another file for an image that is there

# What parts are called where they mean one of ours, letters alone.
_MEANT: Final = {
    **dict.fromkeys(("image", "images", "imagefile", "img", "photo", "photos"), "image"),
    **dict.fromkeys(("picture", "pictures", "file", "files", "attachment", "upload"), "image"),
    **dict.fromkeys(("title", "caption", "alt", "alttext", "description", "label"), "title"),
    **dict.fromkeys(("isprimary", "primary", "ishero", "hero", "ismain"), "is_primary"),
}
_AFTERWARDS: Final = frozenset({"priority", "position", "sortorder", "order"})
_IN_ADDRESS: Final = frozenset({"gtin", "organizationid"})
_PICTURE_NAME: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|heic|avif|tiff?)\Z", re.IGNORECASE
)
_EXAMPLE: Final = "-F image=@photo.jpg"
_CAME_AS_TEXT: Final = "The part 'image' came as text, not as a file"
_HEAD_BYTES: Final = 64
_SHOWN: Final = 64
_NO_LETTERS: Final = re.compile(r"[^a-z]")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Stands where a field's value would: why there is none."""

    message: str


@dataclass(frozen=True, slots=True)
class _SentText:
    """A part that came as text, and how its head says that it is written."""

    head: PartHead
    content: bytearray


class UploadForm:
    """Takes the events of a multipart parser; `get_fields` and `get_files` tell what came."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields
        self._image: IncomingImage | None = None
        self._image_text = bytearray()
        self._second_names: list[str] = []
        self._strays: dict[str, str] = {}
        self._texts: dict[str, _SentText] = {}
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
            if name != CHARSET and (name != "is_primary" or text.content.strip()):
                fields[name] = self._decode_part(name, text)
        for name in self._faults.keys() - {"image"}:
            fields[name] = self._faults[name]
        return fields

    def get_files(self) -> MultiValueDict[str, IncomingImage]:
        """The one picture, with the faults that no other field carries."""
        self._word_second_names()
        if self._image is None:
            self._image = IncomingImage()
            self._set_fault("image", f"The form has no part 'image'; send it with {_EXAMPLE}")
        if "image" in self._faults:
            self._image.faults["image"] = self._faults["image"].message
        self._image.faults.update(self._strays)
        return MultiValueDict({"image": [self._image]})

    def close(self) -> None:
        """Remove what was written."""
        if self._image is not None:
            self._image.close()

    def _begin_part(self, part: MultipartSegment) -> Callable[[bytes], None]:
        head = read_part_head(part)
        name = head.name
        if name not in (*self._fields, CHARSET):
            self._note_stray(head)
            return _ignore
        if name in self._texts or (name == "image" and self._image is not None):
            return self._set_fault(name, f"The form has more than one part {name!r}.")
        return self._begin_image(head) if name == "image" else self._begin_text(head)

    def _note_stray(self, head: PartHead) -> None:
        # A part that means nothing here is ignored, one that means something is not.
        letters = _NO_LETTERS.sub("", head.name.lower())
        shown = head.name[:_SHOWN]
        field = _MEANT.get(letters)
        if field == "image" or (field is None and _is_picture(head)):
            self._second_names.append(shown)
        elif self._fields == FILE_FIELDS and (field or letters in _AFTERWARDS):
            self._strays[shown] = (
                f"The part {shown!r} is not taken: caption, place and primary flag stay as they"
                " are; change them with PATCH."
            )
        elif field:
            self._set_fault(field, f"The part {shown!r} is not known; its name is {field!r}.")
        elif letters in _AFTERWARDS:
            self._strays["priority"] = (
                f"The part {shown!r} is not taken: a new picture has priority 0. Change it after"
                ' the upload, with PATCH and {"priority": 3}.'
            )
        elif letters in _IN_ADDRESS:
            self._strays[shown] = f"The part {shown!r} is not taken: it stands in the address."

    def _word_second_names(self) -> None:
        for shown in self._second_names:
            if self._image is not None:
                told = "is not known; one picture is taken in each request, in the part 'image'."
            elif _NO_LETTERS.sub("", shown.lower()) in _MEANT:
                told = f"is not known; its name is 'image', as in {_EXAMPLE}"
            else:
                told = f"holds a file, and the form has no part 'image'; send it with {_EXAMPLE}"
            self._set_fault("image", f"The part {shown!r} {told}")

    def _begin_image(self, head: PartHead) -> Callable[[bytes], None]:
        if head.content_type.startswith("multipart/"):
            return self._set_fault(
                "image",
                f"The part 'image' is {head.content_type}, a form of its own; send one picture as"
                " it is: -F image=@photo.jpg",
            )
        if head.file_name is None and not head.declares_file:
            return self._begin_image_text()
        if head.encoding:
            return self._set_fault(
                "image", _word_encoding(head, "the bytes of the picture themselves")
            )
        self._image = IncomingImage(head.file_name or "image")
        return self._image.receive

    def _begin_image_text(self) -> Callable[[bytes], None]:
        def receive(chunk: bytes) -> None:
            self._image_text.extend(chunk[: _HEAD_BYTES - len(self._image_text)])
            remedy = name_text(bytes(self._image_text)) or f"was the @ left out in {_EXAMPLE}?"
            self._faults["image"] = FieldFault(f"{_CAME_AS_TEXT}; {remedy}")

        self._set_fault("image", f"{_CAME_AS_TEXT}, and empty; send it with {_EXAMPLE}")
        return receive

    def _begin_text(self, head: PartHead) -> Callable[[bytes], None]:
        name = head.name
        text = bytearray()
        self._texts[name] = _SentText(head, text)
        if head.file_name is not None:
            return self._set_fault(
                name, f"The part {name!r} came as a file; send it as text: -F {name}=..."
            )
        if head.encoding:
            return self._set_fault(name, _word_encoding(head, "the text itself"))

        def receive(chunk: bytes) -> None:
            text.extend(chunk)
            if len(text) > MAX_TEXT_BYTES:
                del text[MAX_TEXT_BYTES:]
                self._set_fault(
                    name,
                    f"The part {name!r} has more than the {MAX_TEXT_BYTES} bytes that it may have.",
                )

        return receive

    def _decode_part(self, name: str, text: _SentText) -> str | FieldFault:
        charset = text.head.charset or self._get_charset()
        try:
            decoded = decode_text(text.content, charset)
        except LookupError:
            return FieldFault(
                f"The part {name!r} is in the encoding {charset[:40]!r}, which is not known; send"
                " UTF-8."
            )
        except UnicodeDecodeError:
            shown = charset if text.head.charset else "UTF-8"
            return FieldFault(f"The part {name!r} is not {shown} text.")
        return _unwrap_json(decoded) if "json" in text.head.content_type else decoded

    def _get_charset(self) -> str:
        """What the form says of all its texts (RFC 7578 §4.6)."""
        sent = self._texts.get(CHARSET)
        return sent.content.decode("latin-1").strip() if sent else ""

    def _set_fault(self, field: str, message: str) -> Callable[[bytes], None]:
        self._faults.setdefault(field, FieldFault(message))
        return _ignore


def _is_picture(head: PartHead) -> bool:
    is_named_so = bool(_PICTURE_NAME.search(head.file_name or ""))
    return is_named_so or head.content_type.startswith("image/")


def _word_encoding(head: PartHead, wanted: str) -> str:
    return (
        f"The part {head.name!r} is encoded as {head.encoding}; send {wanted}, without"
        " Content-Transfer-Encoding and Content-Encoding."
    )


def _unwrap_json(text: str) -> str:
    # As clients that turn every member of an object to JSON send it, in quotes.
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _ignore(_chunk: bytes) -> None:
    pass
