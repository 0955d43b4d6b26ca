"""`lesson_page(notebook, ...)`: a notebook that was run, as one HTML file. nbconvert makes it, with our template.

Nothing in it comes from elsewhere: formulas are drawn, pictures and styles are in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode

from .formula import drawing

Link = tuple[str, str]  # where to, and its words


@dataclass(frozen=True)
class Place:
    """Where a page stands in the site.

    Attributes:
        title: of the page.
        folder: where the pictures are that the notebook names.
        pages: the pages that notebooks become, by the names of their files.
        index, previous, next: links to other pages.
        missing: the module without which it could not be run, if it could not.
    """

    title: str
    folder: Path
    pages: dict[str, str]
    index: Link | None = None
    previous: Link | None = None
    next: Link | None = None
    missing: str = ""


def lesson_page(notebook: NotebookNode, place: Place) -> tuple[str, list[str]]:
    """The text of the HTML file, and what is not in it as it should be."""
    exporter = LessonExporter(place)
    text, _ = exporter.from_notebook_node(notebook, {"place": place})
    return text, exporter.problems


def title_of(notebook: NotebookNode, otherwise: str) -> str:
    """The first heading of a notebook, without marks.

    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> from micrograd_nb.site.page import title_of
    >>> title_of(new_notebook(cells=[new_markdown_cell("# The engine of `backward()`")]), "untitled")
    'The engine of backward()'
    """
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^#+ (.+)$", text, re.MULTILINE)
    return re.sub(r"[`*$]", "", heading[1]) if heading else otherwise


class LessonExporter(HTMLExporter):
    """nbconvert's export to HTML, with the template in this folder and with our Markdown."""

    def __init__(self, place: Place) -> None:
        super().__init__(template_name="template", extra_template_basedirs=[str(Path(__file__).parent)])
        self.register_preprocessor(CoalesceStreamsPreprocessor(), enabled=True)  # what was printed, as one piece
        self.place = place
        self.problems: list[str] = []

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = LessonMarkdown(self.place, attachments)
        text = MarkdownWithMath(renderer=renderer).render(source)
        self.problems += renderer.problems
        return text


class LessonMarkdown(IPythonRenderer):
    """Markdown in which formulas are drawn, and links lead to pages instead of notebooks."""

    def __init__(self, place: Place, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, embed_images=True, path=str(place.folder), attachments=attachments)
        self.pages = place.pages
        self.problems: list[str] = []

    def inline_math(self, body: str) -> str:
        return self._formula(body)

    def block_math(self, body: str) -> str:
        return self._formula(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return self._formula(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        file, mark, heading = url.partition("#")
        return super().link(text, self.pages.get(file, file) + mark + heading, title)

    def _formula(self, body: str, block: bool = False) -> str:
        try:
            svg = drawing(body, block=block)
            return f'<span class="formula">{svg}</span>' if block else svg
        except ValueError as error:
            self.problems.append(str(error))
            return f"<code>{self.escape_html(body)}</code>"
