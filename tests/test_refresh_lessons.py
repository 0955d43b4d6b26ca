"""The canonical form in which lessons are stored."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import ROOT
from tests.refresh_lessons import canonical, refresh


def untidy() -> NotebookNode:
    """A notebook as JupyterLab may leave it."""
    view = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "6f1d"},
        "text/plain": "<Stepper at 0x7fc0ffee0000>",
    }
    outputs = [
        new_output("stream", name="stdout", text="one\n"),
        new_output("stream", name="stdout", text="two\n"),
        new_output("execute_result", view, execution_count=1, metadata={"needs_background": "light"}),
        new_output("stream", name="stdout", text="three\n"),
        new_output("error", ename="E", evalue="", traceback=[f"File {ROOT}/micrograd_nb/nn/loss.py:1"]),
    ]
    metadata = {"tags": ["raises-exception"], "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"}}
    cells = [
        new_markdown_cell("# Title", id="title", metadata={"editable": True}),
        new_code_cell("1", id="3f2a9c1e", metadata=metadata, outputs=outputs, execution_count=1),
    ]
    return new_notebook(
        cells=cells, metadata={"widgets": {"state": {}}, "language_info": {"name": "python", "version": "3.11.2"}}
    )


def test_canonical_form() -> None:
    notebook = canonical(untidy())
    title, code = notebook.cells
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    assert (title.id, code.id) == ("title", "cell-2")
    assert (title.metadata, code.metadata) == ({}, {"tags": ["raises-exception"]})
    assert [output.output_type for output in code.outputs] == ["stream", "execute_result", "stream", "error"]
    assert code.outputs[0].text == "one\ntwo\n"
    assert code.outputs[1].data == {"text/plain": "<Stepper at 0x7f0000000000>"}
    assert code.outputs[1].metadata == {}
    assert code.outputs[3].traceback == ["File micrograd_nb/nn/loss.py:1"]
    nbformat.validate(notebook)


def test_canonical_form_stays() -> None:
    once = canonical(untidy())
    assert canonical(copy.deepcopy(once)) == once


@pytest.mark.filterwarnings("default")  # what starting a kernel warns of is not ours
def test_refresh_runs_and_settles(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    nbformat.write(
        new_notebook(
            cells=[new_code_cell("6 * 7", id="answer")],
            metadata={"kernelspec": {"name": "python3", "display_name": ""}},
        ),
        path,
    )
    assert refresh(path)
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].data["text/plain"] == "42"
    assert not refresh(path)
