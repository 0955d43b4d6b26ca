"""The tests of everything: the package, the lessons, and what the README promises."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
INDEX = ROOT / "lessons" / "00_index.ipynb"
LESSONS = sorted(set((ROOT / "lessons").glob("*.ipynb")) - {INDEX})
NOTEBOOKS = [INDEX, *LESSONS]
