"""Holds the README to what is there: its commands, its links, its table of lessons, its Binder badge."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from tests import INDEX, LESSONS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\(([^)\s]+)\)", README)


def test_ci_runs_the_test_command_word_for_word() -> None:
    (command,) = re.findall(r"^python3 -m venv .* -m pytest$", README, re.MULTILINE)
    assert command in (line.strip() for line in (ROOT / ".ci/run").read_text().splitlines())


@pytest.mark.parametrize("link", [link for link in LINKS if "://" not in link])
def test_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_binder_opens_the_index() -> None:
    (path,) = re.findall(r"mybinder\.org/v2/\S+\?urlpath=(\S+\.ipynb)", README)
    assert (ROOT / unquote(path).removeprefix("lab/tree/")) == INDEX


def test_table_lists_every_lesson_in_order() -> None:
    table = re.findall(r"^\|.*\]\((lessons/\S+\.ipynb)\)", README, re.MULTILINE)
    assert table == [lesson.relative_to(ROOT).as_posix() for lesson in LESSONS]
