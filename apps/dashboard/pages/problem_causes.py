"""What leads to each problem, and the way out: the longest part of the prose of ``/docs/errors/``.

It is ours and holds HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.dashboard.api.parameters import MAX_TITLE_LENGTH
from apps.dashboard.pages.printed_limits import FORMATS, FRAME_LIMIT, IMAGE_LIMIT, TOTAL_LIMIT


@dataclass(frozen=True, slots=True)
class Cause:
    """One way to get here, and the way out."""

    what: str
    remedy: str


# By error code.
CAUSES: Final = {
    "bad_request": (
        Cause(
            "The upload was cut on its way: the connection broke, or a proxy gave up.",
            "Send it again, whole. Nothing of the first attempt was kept.",
        ),
        Cause(
            "The multipart form is malformed, often because <code>Content-Type</code> was"
            " set by hand and lacks the boundary.",
            "Let your HTTP client set <code>Content-Type</code>: <code>curl -F</code>,"
            " <code>FormData</code> and <code>files=</code> all do it right.",
        ),
        Cause(
            "A file was sent to an address that takes none.",
            "Only the upload of images takes a file; check the path.",
        ),
    ),
    "unauthorized": (
        Cause(
            "No credential was sent.",
            "Send your API key in the header <code>X-API-Key</code>, or an access token as"
            " <code>Authorization: Bearer …</code>, or sign in.",
        ),
        Cause(
            "The API key was cut or mistyped while it was copied.",
            "Copy it whole: a prefix such as <code>csb</code>, 32 letters and digits, and 8"
            " more characters, joined by <code>_</code>.",
        ),
        Cause(
            "The key was revoked or has expired, or who made it has left the organization.",
            "Create a new key in <b>Settings &rsaquo; API Keys</b>. A key is shown only once.",
        ),
        Cause(
            "You are signed in, and a bad key or token came along.",
            "A credential in a header decides, finally: leave it out, or mend it.",
        ),
    ),
    "forbidden": (
        Cause(
            "Your role in the organization is billing, or the key's role is read-only.",
            "Ask an owner or manager for the role of editor, or for a key that may write.",
        ),
        Cause(
            "The key is publishable (<code>cpk_…</code>).",
            "Those never write and list nothing. Use an organization's key"
            " (<code>csb_…</code>) from your server.",
        ),
        Cause(
            "A page wrote with your session but without its CSRF token.",
            "Send the cookie <code>csrftoken</code>'s value in the header"
            " <code>X-CSRFToken</code>.",
        ),
    ),
    "not_found": (
        Cause(
            "The organization is unknown to you, or you are not a member of it.",
            "Compare the organization's id with the one in your dashboard, and check that"
            " the API key belongs to that organization.",
        ),
        Cause(
            "No product of this organization has this GTIN.",
            "Check the digits. Lost leading zeros are no problem; where the check digit is"
            " wrong, <code>detail</code> says which it should be.",
        ),
        Cause(
            "The image was deleted, or the path is mistyped.",
            "List the product's images, and compare the path with the API reference.",
        ),
    ),
    "method_not_allowed": (
        Cause(
            "A <code>PUT</code> was sent where images are created.",
            "Create with <code>POST</code>. The header <code>Allow</code> lists what this"
            " address takes.",
        ),
        Cause(
            "A redirect turned <code>POST</code> into <code>GET</code>.",
            "Write the address as documented: <code>https</code>, and no slash at the end.",
        ),
    ),
    "conflict": (
        Cause(
            "A request with the same <code>Idempotency-Key</code> is still running.",
            "Wait a few seconds, then send the same request again: you get the first one's answer.",
        ),
        Cause(
            "Two programs share one <code>Idempotency-Key</code>.",
            "Make a new key for each new upload, and keep it for the retries of that one.",
        ),
        Cause(
            "The product has as many pictures as it may have, or the organization as many pictures"
            " or bytes.",
            "Delete what nobody needs. In the bin it no longer counts as a picture; its bytes count"
            " until it is deleted for good. Or ask whoever runs the service for more; the page"
            " of the API keys shows how much is kept.",
        ),
    ),
    "precondition_failed": (
        Cause(
            "Somebody else, or another window, changed it after you read it.",
            "Read it again, look at the change, and send yours with the new"
            " <code>ETag</code> in <code>If-Match</code>.",
        ),
    ),
    "payload_too_large": (
        Cause(
            f"The image is larger than {IMAGE_LIMIT}.",
            "Save it as JPEG with a quality of 85 to 90: few people see the difference, and"
            " the file is often a tenth of the size.",
        ),
        Cause(
            "It is a PNG of a photograph, or an uncompressed BMP.",
            "JPEG and WebP are made for photographs. PNG is best for flat graphics.",
        ),
        Cause(
            "Several files were sent in one request.",
            "Send one image per request, as many requests as there are images.",
        ),
    ),
    "unsupported_media_type": (
        Cause(
            "The image was sent as JSON, as Base64, or as the bare body.",
            "Send a multipart form with the file in the field <code>image</code>:"
            " <code>curl -F image=@photo.jpg</code>.",
        ),
        Cause(
            "The client sends <code>application/x-www-form-urlencoded</code>, as HTML forms"
            " do by default.",
            'Write <code>enctype="multipart/form-data"</code> on the form.',
        ),
    ),
    "validation_error": (
        Cause(
            "The file is cut or damaged: it ends early, or its tail is empty.",
            "Open the original, export it again, and send that. A copy that broke while it"
            " was downloaded or synced often still shows its upper half.",
        ),
        Cause(
            "It is a photo from a phone in HEIC or AVIF, or TIFF, PSD, PDF or a raw file.",
            "Save it as JPEG. On an iPhone: Settings &rsaquo; Camera &rsaquo; Formats &rsaquo;"
            f" Most Compatible. Accepted are {', '.join(FORMATS)}. What counts is the content,"
            " not the name.",
        ),
        Cause(
            "The SVG holds a script, an event attribute, <code>foreignObject</code>, an"
            " entity with markup, or a reference to something outside itself.",
            "Export it as plain SVG, with its pictures and fonts embedded."
            " <code>errors</code> says what was found, and on which line.",
        ),
        Cause(
            f"The picture has more than {FRAME_LIMIT} in one frame, or an animation more than"
            f" {TOTAL_LIMIT} over all its frames.",
            "Scale it down. 3000 &times; 3000 pixels (9 MP) suit any screen and most print.",
        ),
        Cause(
            "The picture tells where it was taken, and the organization takes none that do: its"
            " owners and managers chose so.",
            "Remove the position: on an iPhone, Share &rsaquo; Options &rsaquo; Location off; on"
            " Windows, Properties &rsaquo; Details &rsaquo; Remove Properties; on a Mac, export it"
            " from Photos without location; for many, <code>exiftool -gps:all= -xmp:geotag="
            " *.jpg</code>.",
        ),
        Cause(
            "<code>image</code> was sent as text or as Base64, under another name, is missing, or"
            " came twice.",
            "Send the bytes of exactly one file. With curl, the <code>@</code> makes it one:"
            " <code>-F image=@photo.jpg</code>.",
        ),
        Cause(
            f"<code>title</code> has more than {MAX_TITLE_LENGTH} characters or control"
            " characters, or <code>is_primary</code> is neither true nor false.",
            "Send both as plain text in UTF-8, or leave them out.",
        ),
        Cause(
            "The GTIN has other than 8 to 14 digits, or the organization's id is malformed.",
            "Write the GTIN without spaces or dashes, and the id as your dashboard shows it.",
        ),
    ),
    "rate_limited": (
        Cause(
            "A script sends faster than its limit.",
            "Wait for <code>retry_after_seconds</code>, then go on. Better: watch"
            " <code>RateLimit-Remaining</code> and slow down before it is 0.",
        ),
        Cause(
            "Several programs share one API key.",
            "Give each its own key: limits count per key. All keys of an organization together have"
            " ten times one key's; <code>quota</code> is <code>shared_requests</code> where that is"
            " used up.",
        ),
        Cause(
            "Many requests from your address had no valid credential.",
            "Mend the credential first. Valid ones from the same address are not held up.",
        ),
    ),
    "internal_error": (
        Cause(
            "A mistake in our code that your request brought to light.",
            "Try once more. If it stays, tell us the <code>request_id</code>: it leads us"
            " straight to the cause.",
        ),
        Cause(
            "You can't know whether an upload was kept before the fault.",
            "Send an <code>Idempotency-Key</code> with each upload: then a retry never makes"
            " a second image.",
        ),
    ),
    "service_unavailable": (
        Cause(
            "The database or the object storage is restarting or out of reach.",
            "Send the same request again in a few seconds, then in ever longer intervals.",
        ),
        Cause(
            "It lasts for minutes.",
            "<code>/readyz</code> tells which part is missing.",
        ),
    ),
}
