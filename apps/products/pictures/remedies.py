"""What whoever sends a picture can do about it, said before the fault, in words for everybody."""

from __future__ import annotations

from typing import Final

CUT_OFF: Final = "The file is cut off; export or download it again."
SAVE_ANEW: Final = "The picture is saved in an unusual way; open it and save it anew."
SAVE_ANEW_OR_EXPORT: Final = "The picture is damaged; export it again, or open it and save it anew."
SAVE_AS_JPEG: Final = "Browsers cannot show it; save it as a baseline or progressive JPEG."
SAVE_AS_RGB: Final = "Browsers cannot show it; save it in RGB, with 8 bits per channel."
SIMPLIFY: Final = "Simplify the drawing, or export it as PNG."
SAVE_AS_PNG: Final = "Browsers cannot show it; save it as PNG."
