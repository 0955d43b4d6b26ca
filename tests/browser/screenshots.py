"""Pictures of lessons after a run, in the light and the dark theme, to be looked at.

python -m tests.browser.screenshots FOLDER                             # all lessons
python -m tests.browser.screenshots FOLDER lessons/02_1_1*.ipynb       # some
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests import NOTEBOOKS
from tests.browser.lab import THEMES, chromium, jupyterlab


def main() -> None:
    parser = argparse.ArgumentParser(description="Run lessons in JupyterLab and write pictures of them into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("lessons", type=Path, nargs="*", default=NOTEBOOKS)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, jupyterlab(Path(folder)) as lab:
        for lesson in arguments.lessons:
            for theme in THEMES:
                with lab.open(browser, lesson, theme=theme) as notebook:
                    notebook.run_all()
                    notebook.page.wait_for_timeout(1000)  # widgets draw themselves after their cell is done
                    notebook.screenshots(arguments.folder, f"{lesson.stem}-{theme}")
                    print(lesson.stem, theme, *notebook.problems(), sep="\n  ")


if __name__ == "__main__":
    main()
