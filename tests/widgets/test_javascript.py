"""The widgets' JavaScript: its linter, its own tests, and how it comes to the browser as one text."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from micrograd_nb.widgets.scripts import bundle
from tests import ROOT

HERE = ROOT / "tests" / "javascript"
STATIC = ROOT / "micrograd_nb" / "widgets" / "static"


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js on PATH: install nodejs to test the JavaScript")
def test_javascript_does_what_its_tests_say() -> None:
    done = subprocess.run(["node", "--test"], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"# pass [1-9]", done.stdout)


@pytest.mark.skipif(
    not (HERE / "node_modules").is_dir(), reason="the linter is not installed: npm install --prefix tests/javascript"
)
def test_javascript_and_css_are_lint_free_and_formatted() -> None:
    done = subprocess.run(["npm", "run", "lint"], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "script", ["stepper/stepper.js", "graph_view/graph_view.js", "static_vs_dynamic/static_vs_dynamic.js"]
)
def test_a_bundle_has_each_module_once_and_imports_nothing(script: str) -> None:
    text = bundle(STATIC / script)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == ["export default { render };"]
    for path in (STATIC / script).parent.glob("*.js"):
        first_line = path.read_text(encoding="utf-8").splitlines()[0]
        assert text.count(first_line) == 1, path.name
    names = re.findall(r"^(?:function|const|class|let) (\w+)", text, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_a_bundle_keeps_the_order_of_what_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\nuse(b, c);\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    assert bundle(tmp_path / "a.js") == "const c = 1;\n\nconst b = c;\n\nuse(b, c);\n"


def test_scripts_ask_no_other_host() -> None:
    for path in STATIC.rglob("*"):
        if path.is_file():
            addresses = set(re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8")))
            assert addresses <= {"http://www.w3.org/2000/svg"}, path.name  # the name of SVG, not an address
