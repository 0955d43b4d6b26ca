"""The command: `python -m micrograd_nb.site FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

try:
    from .build import build
except ModuleNotFoundError as missing:
    name = str(missing.name).partition(".")[0]
    sys.exit(f'{name} is not installed, and the site needs it: pip install "micrograd_nb[site]"')

FOLDER = "micrograd_nb_site"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m micrograd_nb.site",
        description="Run the lessons and write them as pages that can be read without a kernel and without a network.",
    )
    parser.add_argument("folder", nargs="?", default=FOLDER, type=Path, help=f"where to; {FOLDER} if not given")
    parser.add_argument("--lessons", type=Path, help="a folder of notebooks of yours, in place of the lessons")
    options = parser.parse_args(arguments)
    try:
        pages = build(options.folder, options.lessons)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(pages)} pages. Open {pages[0]} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
