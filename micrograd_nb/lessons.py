"""Gets you the lessons: `python -m micrograd_nb.lessons` copies them into a folder and opens JupyterLab there.

    python -m micrograd_nb.lessons                      into ./micrograd_nb_lessons
    python -m micrograd_nb.lessons my-course            into a folder of your choice
    python -m micrograd_nb.lessons --copy-only          without JupyterLab

What is in the folder already stays as it is: your answers are never written over. So the same command opens them again
tomorrow, and after an update adds the lessons that are new.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = "micrograd_nb_lessons"
INDEX = "00_index.ipynb"
LEFT_OUT = {".ipynb_checkpoints", "__pycache__"}


@dataclass
class Copied:
    """What a copy did, as paths relative to its folder."""

    new: list[Path] = field(default_factory=list)
    same: list[Path] = field(default_factory=list)
    yours: list[Path] = field(default_factory=list)  # there before, and not as in this version: left alone

    def put(self, folder: Path, path: Path, content: bytes) -> None:
        """Writes a file if there is none of that name."""
        target = folder / path
        if not target.exists():
            _write(target, content)
            self.new.append(path)
        elif target.read_bytes() == content:
            self.same.append(path)
        else:
            self.yours.append(path)

    def __str__(self) -> str:
        lines = [f"{len(self.new)} files new, {len(self.same)} there already"]
        if self.yours:
            names = ", ".join(path.as_posix() for path in self.yours)
            lines.append(f"{len(self.yours)} are yours and stay as they are: {names}")
            lines.append("For a fresh copy of those, name another folder, or move yours away first.")
        return "\n".join(lines)


def copy_lessons(folder: str | Path) -> Copied:
    """Copies the lessons into a folder, and leaves every file that is there as it is.

    Raises:
        NotADirectoryError: there is a file of that name, or a part of the path is one.
        FileNotFoundError: this installation came without the lessons.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     first, second = copy_lessons(folder), copy_lessons(folder)
    >>> len(first.new) == len(second.same), second.new
    (True, [])
    """
    source, folder, copied = lessons_folder(), Path(folder), Copied()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"{folder} is a file, and the lessons need a folder: name another one") from None
    for path in _files(source):
        copied.put(folder, path, (source / path).read_bytes())
    return copied


def lessons_folder() -> Path:
    """Where the lessons of this installation are: inside the package or, in a copy of the repository, beside it."""
    places = [Path(__file__).with_name("notebooks"), Path(__file__).parents[1] / "lessons"]
    for place in places:
        if (place / INDEX).exists():
            return place
    raise FileNotFoundError(
        f"The lessons are not here: looked for {INDEX} in {' and '.join(map(str, places))}. Install the package again."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m micrograd_nb.lessons",
        description="Copy the lessons into a folder, without touching what is there, and open JupyterLab in it.",
    )
    parser.add_argument("folder", nargs="?", default=FOLDER, type=Path, help=f"where to; {FOLDER} if not given")
    parser.add_argument("--copy-only", action="store_true", help="do not open JupyterLab")
    options = parser.parse_args(arguments)
    try:
        copied = copy_lessons(options.folder)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.folder}: {copied}")
    if options.copy_only:
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        print('JupyterLab is not installed: pip install "micrograd_nb[lab]", and call this again.', file=sys.stderr)
        return 1
    notebooks = [str(options.folder / path) for path in copied.new if path.suffix == ".ipynb"]
    if notebooks:  # JupyterLab shows stored pictures and steppers only of notebooks that it trusts
        subprocess.run([sys.executable, "-m", "jupyter", "trust", *notebooks], stdout=subprocess.DEVNULL, check=False)
    return subprocess.run([sys.executable, "-m", "jupyterlab", str(options.folder / INDEX)], check=False).returncode


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not LEFT_OUT & set(path.parts):
            yield path.relative_to(folder)


def _write(target: Path, content: bytes) -> None:
    """Writes a file; whoever stops it half way finds no half file under the name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(target)


if __name__ == "__main__":
    sys.exit(main())
