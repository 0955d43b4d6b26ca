"""`tidy(output)`: an output of a notebook without what belongs to one machine or run: its folders, its addresses."""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Where files of ours, of Python and of libraries are. One may be inside another: the inner ones come first.
PLACES = [
    sysconfig.get_path("purelib"),
    sysconfig.get_path("stdlib"),
    str(Path(__file__).parents[2]),
]
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
CELL_FILE = re.compile(r"[^ \n(\"]*ipykernel_\d+[/\\]\d+\.py")  # the kernel names a cell by it
CELL_FILE_NAME = re.compile(r"\b\d{6,}\.py\b")


def tidy(x: Any, places: Sequence[str] = PLACES) -> Any:
    """The same output, with the texts in it changed; pictures stay as they are.

    Arguments:
        x: a text, or lists and dicts with texts in them, as JSON has them.
        places: folders that are left out of the paths of files.

    >>> from micrograd_nb.site.tidy import tidy
    >>> tidy({"text": "File /home/me/lib/nn.py, <object at 0x7fa0b3c41d90>"}, ["/home/me"])
    {'text': 'File lib/nn.py, <object at 0x7f0000000000>'}
    """
    if isinstance(x, dict):
        return {key: x[key] if key == "image/png" else tidy(x[key], places) for key in x}
    if isinstance(x, list):
        return [tidy(element, places) for element in x]
    if not isinstance(x, str):
        return x
    for place in places:
        for written in (place, place.replace(str(Path.home()), "~", 1)):
            x = x.replace(f"{written}{os.sep}", "")
    return CELL_FILE_NAME.sub("0.py", CELL_FILE.sub("ipykernel_0/0.py", ADDRESS.sub("0x7f0000000000", x)))
