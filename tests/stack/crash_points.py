"""The service, killed by itself at one step of an upload, a replacement or a removal; for tests of crashes only.

As a WSGI target this module is the service; ``CRASH_AT`` in the environment names the step, and
``CRASH_AT_CALL`` which of its calls is the last, else the first. What dies is the whole process
group, by SIGKILL, or whatever ``CRASH_BY`` names: by SIGSTOP it stands still until it is continued.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

from closient.wsgi import application  # before all that needs Django's settings

# isort: split

from apps.dashboard.api import image_files, images
from apps.products import image_store, image_versions, stored_objects
from apps.products.incoming_image import IncomingImage

STEPS: dict[str, tuple[Any, str, str]] = {
    "while the body arrives": (IncomingImage, "receive", "after"),
    "before the name is written": (stored_objects, "list_unclaimed", "before"),
    "before the object is put": (stored_objects.default_storage, "save", "before"),
    "after the object is put": (stored_objects.default_storage, "save", "after"),
    "inside the row's transaction": (image_store, "strike_off", "before"),
    "before the row's commit": (image_store, "_insert_row", "after"),
    "after the row's commit": (images, "store_image", "after"),
    "inside the replacement's transaction": (image_versions, "claim", "before"),
    "before the replacement's commit": (image_versions, "count_bytes", "after"),
    "after the replacement's commit": (image_files.image_versions, "replace_file", "after"),
    "inside the restoration's transaction": (image_versions, "build_event", "after"),
    "after the restoration's commit": (image_files.image_versions, "restore_version", "after"),
    "inside the removal's transaction": (image_store, "give_up", "after"),
    "before the object is removed": (stored_objects.default_storage, "delete", "before"),
    "after the object is removed": (stored_objects.default_storage, "delete", "after"),
}

__all__ = ["application"]


def arm(owner: Any, name: str, when: str) -> None:
    """Let the process group die before or after a call of that function."""
    call: Callable[..., Any] = getattr(owner, name)
    calls, last = count(1), int(os.environ.get("CRASH_AT_CALL", "1"))
    by = signal.Signals[os.environ.get("CRASH_BY", "SIGKILL")]

    def die(*args: Any, **kwargs: Any) -> Any:
        is_last = next(calls) == last
        if is_last and when == "before":
            os.killpg(os.getpgrp(), by)
        result = call(*args, **kwargs)
        if is_last and when == "after":
            os.killpg(os.getpgrp(), by)
        return result

    setattr(owner, name, die)


if step := os.environ.get("CRASH_AT"):
    arm(*STEPS[step])
