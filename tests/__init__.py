"""The tests of everything: the package, the lessons, and what the README promises."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
