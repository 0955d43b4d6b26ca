"""Runs lessons and writes them back in canonical form: the same lesson gives the same bytes, on every machine.

python -m tests.refresh_lessons                             # all lessons
python -m tests.refresh_lessons lessons/02_1_1*.ipynb       # some

Canonical: outputs of one run from top to bottom; cell ids that stay; of the metadata only the kernel, the language and
tags; no widget state, no times, no addresses, no paths of this machine.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from micrograd_nb.site.tidy import tidy
from tests import NOTEBOOKS

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")  # as nbformat and JupyterLab make them
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # names a model that is gone with the kernel


def main() -> None:
    parser = argparse.ArgumentParser(description="Run lessons and store their outputs in canonical form.")
    parser.add_argument("lessons", type=Path, nargs="*", default=NOTEBOOKS)
    for lesson in parser.parse_args().lessons:
        print(lesson.name, "changed" if refresh(lesson) else "as it was")


def refresh(path: Path) -> bool:
    """Runs a lesson in its folder and writes it; whether that changed the file."""
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": path.parent}}).execute()
    after = nbformat.writes(canonical(notebook)) + "\n"
    path.write_text(after, encoding="utf-8")
    return after != before


def canonical(notebook: NotebookNode) -> NotebookNode:
    """The notebook without everything that would differ in the next run. (Changes it in place.)"""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, 1):
        if RANDOM_ID.fullmatch(cell.get("id", "")) or not cell.get("id"):
            cell.id = f"cell-{number}"
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs = [_canonical_output(output) for output in _joined(cell.outputs)]
    return notebook


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Pieces of one stream that came one after another, as one: how they were cut depends on the timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _canonical_output(output: NotebookNode) -> NotebookNode:
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata = nbformat.from_dict({})
    return nbformat.from_dict(tidy(output))


if __name__ == "__main__":
    main()
