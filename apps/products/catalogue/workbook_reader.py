"""Prints the rows of a workbook's first sheet as JSON; a process of its own, within limits.

A sheet of a few bytes may claim billions of cells, and its reader is not written in Python.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO

from python_calamine import load_workbook


def main() -> None:
    """Read the workbook from stdin; the arguments are bytes of memory and seconds of CPU."""
    memory, seconds = (int(argument) for argument in sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sheet = load_workbook(BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=False)
    json.dump(rows, sys.stdout, default=str)


if __name__ == "__main__":
    main()
