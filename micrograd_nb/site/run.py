"""`run(path)`: runs a notebook; what its widgets show becomes part of the notebook, and works without the kernel."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .tidy import PLACES, tidy

VIEW = "application/vnd.jupyter.widget-view+json"  # in an output: a widget stands here
SECONDS = 600  # that a cell may take

# The last cell, which nobody sees: it tells what the widgets show when the notebook is through, as a reader of the
# live notebook would meet them.
_LAST = """from IPython.display import display
from micrograd_nb.widgets.still import still
display({{"application/json": still({ids!r})}}, raw=True)"""


@dataclass
class Run:
    """A notebook with its outputs, and what is not as it should be."""

    notebook: NotebookNode
    problems: list[str] = field(default_factory=list)
    missing: str = ""  # the module that is not installed here: the outputs are those that the notebook came with


def run(path: Path) -> Run:
    """Runs a notebook in its folder, with a new kernel. The file stays as it is.

    Raises:
        RuntimeError: a cell failed. (If it is because a module is not installed, the stored outputs are taken.)
    """
    notebook = nbformat.read(path, as_version=4)
    try:
        stills = _execute(notebook, path.parent)
    except CellExecutionError as error:
        if error.ename != "ModuleNotFoundError" or "micrograd_nb" in error.evalue:
            raise RuntimeError(f"{path.name} failed, and is in no site. {error.ename}: {error.evalue}") from error
        missing = error.evalue.removeprefix("No module named ").strip("'")
        return Run(nbformat.read(path, as_version=4), missing=missing)
    problems = list(_put_in(notebook, stills))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(tidy(cell.outputs, [*PLACES, str(path.parent)]))
    return Run(notebook, problems)


def _execute(notebook: NotebookNode, folder: Path) -> dict[str, dict[str, str]]:
    """Runs the cells; gives what the widgets show afterwards, by their ids."""
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return {}
    client = NotebookClient(
        notebook, timeout=SECONDS, resources={"metadata": {"path": str(folder)}}, extra_arguments=["--log-level=ERROR"]
    )
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
        ids = [data[VIEW]["model_id"] for data in _data(notebook) if VIEW in data]
        notebook.cells.append(new_code_cell(_LAST.format(ids=ids)))
        client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1)
    stills: dict[str, dict[str, str]] = notebook.cells.pop().outputs[0].data["application/json"]
    return stills


def _put_in(notebook: NotebookNode, stills: dict[str, dict[str, str]]) -> Iterator[str]:
    """Puts what the widgets show in the place of the widgets; yields what is wrong with them."""
    for data in _data(notebook):
        still = stills.get(data.pop(VIEW, {}).get("model_id"), {})
        if "html" in still:
            data["text/html"] = still["html"]
        if "page" in still:
            data["text/html"] = frame(still["page"], still.get("title", "widget"))
        if "problem" in still:
            yield f"{still.get('title', 'widget')} is shown as a picture: {still['problem']}"


def frame(page: str, title: str) -> str:
    """A whole page as a part of another one. Neither can touch the other's style or scripts.

    >>> from micrograd_nb.site.run import frame
    >>> frame("<p>Hello</p>", "<BackwardStepper: 4 steps>")
    '<iframe title="BackwardStepper: 4 steps" srcdoc="&lt;p&gt;Hello&lt;/p&gt;"></iframe>'
    """
    return f'<iframe title="{html.escape(title.strip("<>"))}" srcdoc="{html.escape(page)}"></iframe>'


def _data(notebook: NotebookNode) -> Iterator[Any]:
    """The data of each output that shows something, by their MIME types."""
    for cell in notebook.cells:
        yield from (output.data for output in cell.get("outputs", []) if "data" in output)
