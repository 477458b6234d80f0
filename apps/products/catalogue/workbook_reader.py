"""Prints the rows of a workbook's first sheet, each as a line of JSON; a process of its own.

It has limits: a sheet of a few bytes may claim billions of cells, and its reader is not written in
Python. A text that the file has once may be in any number of cells: of columns that nobody asks for
nothing is printed, of others no more than tells that they are too long.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO
from typing import Any

from python_calamine import load_workbook

MAX_CELL_LENGTH = 4000


def main() -> None:
    """Read the workbook from stdin.

    The arguments are bytes of memory, seconds of CPU, characters printed, and names of columns.
    """
    memory, seconds, left = (int(argument) for argument in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sheet = load_workbook(BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    head, *rows = sheet.to_python(skip_empty_area=False) or [[]]
    wanted = {
        place for place, name in enumerate(head) if str(_cut(name)).casefold() in sys.argv[4:]
    }
    width = max(wanted, default=-1) + 1
    left = _show(head, left)
    for row in rows:
        cells = [cell if place in wanted else "" for place, cell in enumerate(row[:width])]
        left = _show(cells, left)


def _show(cells: list[Any], left: int) -> int:
    line = json.dumps([_cut(cell) for cell in cells], default=str)
    if len(line) > left:
        sys.exit("There is too much of it.")
    sys.stdout.write(f"{line}\n")
    return left - len(line)


def _cut(cell: Any) -> Any:
    return cell.strip()[:MAX_CELL_LENGTH] if isinstance(cell, str) else cell


if __name__ == "__main__":
    main()
