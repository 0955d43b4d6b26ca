"""Checks `binder/` without Docker: repo2docker prints the Dockerfile that it would build, in a second."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from tests import ROOT

BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def dockerfile() -> str:
    pytest.importorskip("repo2docker", reason="repo2docker is not installed: pip install jupyter-repo2docker")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


def test_image_for_a_hub_is_built_as_the_guide_says() -> None:
    """The guide's command, without the building: there must be no Docker for that."""
    pytest.importorskip("repo2docker", reason="repo2docker is not installed: pip install jupyter-repo2docker")
    guide = (ROOT / "lessons" / "TEACHING.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^jupyter-repo2docker (--no-run (?:.*\\\n)*.*) \.$", guide, re.MULTILINE)
    options = shlex.split(command.replace("\\\n", " ").replace("REGISTRY/", "registry/"))
    run = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", *options, str(ROOT)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    package, nbgrader = '-r "binder/requirements.txt"', "RUN pip install --no-cache-dir nbgrader=="
    assert (run.stdout + run.stderr).index(package) < (run.stdout + run.stderr).index(nbgrader)


def test_python_is_the_one_asked_for(dockerfile: str) -> None:
    version = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f"Building conda environment for python={version}" in dockerfile


def test_repository_is_copied_before_it_is_installed(dockerfile: str) -> None:
    copy, install = "COPY --chown=0:0 src/ ", 'pip install --no-cache-dir -r "binder/requirements.txt"'
    assert dockerfile.index(copy) < dockerfile.index(install)


def test_scripts_run(dockerfile: str) -> None:
    assert "RUN ./binder/postBuild" in dockerfile
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_script_is_executable_bash(name: str) -> None:
    assert os.access(BINDER / name, os.X_OK)
    subprocess.run(["bash", "-n", BINDER / name], check=True)


def test_start_hands_over_to_the_server() -> None:
    environment = {**os.environ, "JUPYTERHUB_SERVICE_PREFIX": "/user/me/"}
    command = [BINDER / "start", "printenv", "TENSORBOARD_PROXY_URL"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "/user/me/proxy/%PORT%/\n"


def test_every_dependency_is_pinned_to_a_version_that_the_package_accepts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = map(Requirement, [*project["dependencies"], *extras["lab"], *extras["tensorboard"]])
    lines = (BINDER / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    assert "-e .[lab]" in lines
    for requirement in wanted:
        if requirement.name != project["name"]:
            assert pins.get(requirement.name, "not pinned") in requirement.specifier
