"""Holds the floors: a package imports only from floors below, and only the top floor knows Jupyter and matplotlib.

The rules are checked on the source, so that an import inside a function counts like any other. Each rule is also shown
a small bad source, to see that it objects.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

PACKAGE = ROOT / "micrograd_nb"
FLOORS = [
    ["autograd"],
    ["tensors"],
    ["nn", "optim", "data", "graph", "linalg"],
    ["training", "exercises", "lessons"],
    ["__init__"],  # `import micrograd_nb` offers everything below it, and so nothing of the widgets
    ["widgets", "examples", "teaching", "site"],
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
DISPLAY = {"IPython", "anywidget", "ipywidgets", "matplotlib"}
PLOTS = ("training", "matplotlib")  # plots of a training: loaded when one is drawn, as tests/test_import.py holds


def complaints(path: str, source: str) -> list[str]:
    """What is wrong with the imports of a module, given by its path inside the package."""
    home = Path(path).parts[0].removesuffix(".py")
    if home not in FLOOR:
        return [f"{home} stands on no floor: add it to FLOORS"]
    tree = ast.parse(source)
    return [
        *(complaint for name in imported_names(path, tree) for complaint in name_complaints(home, name)),
        *tree_complaints(path, tree),
    ]


def name_complaints(home: str, name: str) -> Iterator[str]:
    """What is wrong with importing the absolute `name` in a module of the package `home`."""
    library, _, inside = name.partition(".")
    if library == "micrograd_nb":
        target = inside.partition(".")[0]
        target = target if target in FLOOR else "__init__"
        if target != home and FLOOR[target] >= FLOOR[home]:
            yield f"{home} imports {name}, which is not on a floor below"
    elif library in DISPLAY and home != "widgets" and (home, library) != PLOTS:
        yield f"{home} imports {name}, which belongs to widgets"
    elif home == "autograd" and library != "numpy" and library not in sys.stdlib_module_names:
        yield f"autograd imports {name}, and needs nothing but NumPy"


def tree_complaints(path: str, tree: ast.Module) -> Iterator[str]:
    """What is wrong with how a module imports, whatever it imports."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                yield "a star import hides where names come from"
            case ast.Call(func=ast.Name(id="globals")):
                yield "globals() hides where names come from"
            case ast.Call(func=ast.Name(id="import_module")) if path == "__init__.py":
                pass  # it loads some packages later, see `test_import`
            case ast.Call(func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module")):
                yield "an import by a computed name hides from this test"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                ours = [name for name in imported_names(path, node) if name.split(".")[0] == "micrograd_nb"]
                yield from (f"{node.name}() imports {name}: move it to the top of the module" for name in ours)


def imported_names(path: str, tree: ast.AST) -> Iterator[str]:
    """The absolute names that a module imports, e.g. 'numpy' or 'micrograd_nb.tensors.Tensor'."""
    package = ["micrograd_nb", *Path(path).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from .` starts at the package of the module, and each further dot goes up by one.
            base = package[: len(package) - node.level + 1] if node.level else []
            start = [*base, node.module] if node.module else base
            yield from (".".join([*start, alias.name]) for alias in node.names)


@pytest.mark.parametrize("path", sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")))
def test_module_keeps_the_floors(path: str) -> None:
    assert complaints(path, (PACKAGE / path).read_text(encoding="utf-8")) == []


BAD = [
    ("autograd/engine.py",      "from ..tensors import Tensor",                     "not on a floor below"),
    ("autograd/engine.py",      "if TYPE_CHECKING:\n import micrograd_nb.tensors",  "not on a floor below"),
    ("autograd/rules/shape.py", "from ... import tensors",                          "not on a floor below"),
    ("tensors/tensor.py",       "from ..nn import functional",                      "not on a floor below"),
    ("tensors.py",              "from . import nn",                                 "not on a floor below"),
    ("nn/linear.py",            "from micrograd_nb import optim",                   "not on a floor below"),
    ("nn/linear.py",            "import micrograd_nb as mg",                        "not on a floor below"),
    ("nn/linear.py",            "from micrograd_nb import Tensor",                  "not on a floor below"),
    ("optim/sgd.py",            "from ..nn.module import Module",                   "not on a floor below"),
    ("training/loop.py",        "from micrograd_nb.widgets import LossCurve",       "not on a floor below"),
    ("__init__.py",             "from . import widgets",                            "not on a floor below"),
    ("utils.py",                "import numpy",                                     "no floor"),
    ("autograd/engine.py",      "import scipy.special",                             "nothing but NumPy"),
    ("graph/dot.py",            "import matplotlib.pyplot as plt",                  "belongs to widgets"),
    ("graph/dot.py",            "def show():\n from IPython.display import SVG",    "belongs to widgets"),
    ("training/loop.py",        "import ipywidgets as w",                           "belongs to widgets"),
    ("training/loop.py",        "def f():\n class A:\n  import anywidget",          "belongs to widgets"),
    ("__init__.py",             "from .tensors import *",                           "star import"),
    ("nn/init.py",              "globals()['kaiming'] = None",                      "globals()"),
    ("nn/init.py",              "__import__('json')",                               "computed name"),
    ("nn/init.py",              "importlib.import_module('json')",                  "computed name"),
    ("nn/init.py",              "def kaiming():\n from ..tensors import Tensor",    "move it to the top"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "source", "complaint"), BAD)
def test_bad_source_is_refused(path: str, source: str, complaint: str) -> None:
    (found,) = complaints(path, source)
    assert complaint in found


GOOD = [
    ("autograd/engine.py", "import numpy as np\nfrom collections import deque\nfrom .rules import add"),
    ("tensors/tensor.py",  "from .. import autograd\nfrom ..autograd.engine import run\nfrom .dtypes import float32"),
    ("data/transforms.py", "def load(path):\n from PIL import Image"),
    ("training/loop.py",   "from micrograd_nb import nn\nfrom tqdm.auto import tqdm"),
    ("training/plots.py",  "def draw():\n from matplotlib.figure import Figure"),
    ("__init__.py",        "from . import graph, nn\nfrom .tensors import Tensor"),
    ("widgets/stepper.py", "import anywidget\nimport micrograd_nb as mg\nfrom ..training import fit"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "source"), GOOD)
def test_good_source_passes(path: str, source: str) -> None:
    assert complaints(path, source) == []
