"""A training in a notebook, run twice: nbval finds no difference, in what is printed and in what is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import ROOT

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")

CELLS = [
    """import time
import micrograd_nb as mg
from micrograd_nb.training import *
mg.manual_seed(0)
model = mg.nn.Sequential(mg.nn.Flatten(), mg.nn.Linear(64, 16), mg.nn.ReLU(), mg.nn.Linear(16, 10))
train = mg.data.DataLoader(mg.data.datasets.Digits(), batch_size=64, shuffle=True)
test = mg.data.DataLoader(mg.data.datasets.Digits(train=False), batch_size=360)
loss_fn, optimizer = mg.nn.CrossEntropyLoss(), mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)""",
    "find_learning_rate(model, train, loss_fn, optimizer)",
    "overfit_one_batch(model, loss_fn, next(iter(train)), optimizer)",
    """matrix = metrics.ConfusionMatrix()
fit(model, train, loss_fn, optimizer, epochs=3, validation=test, metrics={"matrix": matrix},
    on_step=lambda step: time.sleep(time.time() % 0.01))""",
    "matrix",
    "matrix.plot()",
]


def test_nbval_finds_no_difference(tmp_path: Path) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS], metadata={"kernelspec": kernel})
    nbclient.NotebookClient(notebook, timeout=60).execute()
    path = tmp_path / "training.ipynb"
    nbformat.write(notebook, path)
    printed = "".join(output.text for output in notebook.cells[3].outputs if output.output_type == "stream")
    assert "epoch 3/3 [####################] loss 0." in printed
    sanitize = f"--nbval-sanitize-with={ROOT / 'tests/nbval_sanitize.cfg'}"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", sanitize, "-c", "/dev/null", path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert f"{len(CELLS)} passed" in run.stdout
