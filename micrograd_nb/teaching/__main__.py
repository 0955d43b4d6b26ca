"""`python -m micrograd_nb.teaching build course` writes the lessons as a course for nbgrader.

    python -m micrograd_nb.teaching build course                     all lessons
    python -m micrograd_nb.teaching build course --only 01 02_1      some: those whose file names begin so

What is in the folder already stays as it is, so that your changes are never written over.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .course import build

NEXT = """\
Next, in that folder, for each lesson:
    nbgrader generate_assignment NAME      the version for students, in release/
    nbgrader release_assignment NAME       hands it out
    nbgrader collect NAME                  when they have handed in
    nbgrader autograde NAME
    nbgrader generate_feedback NAME
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m micrograd_nb.teaching", description="The teacher's kit.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="write a course folder for nbgrader")
    command.add_argument("folder", type=Path, help="where to")
    command.add_argument("--only", nargs="+", default=(), metavar="NAME", help="lessons whose file names begin so")
    options = parser.parse_args(arguments)
    try:
        copied = build(options.folder, options.only)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.folder}: {copied}\n{NEXT}", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
