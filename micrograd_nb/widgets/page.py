"""`page(...)`: a widget as one HTML file, which needs no kernel, no network and no other file."""

from __future__ import annotations

import html
import json
from typing import Any

# Stands in for the model that Jupyter gives a widget: it holds the values, and tells who listens that one has changed.
_MODEL = """
const values = JSON.parse(document.getElementById("state").textContent);
const listeners = {};
const model = {
  get: (key) => values[key],
  set(key, value) {
    const changed = values[key] !== value;
    values[key] = value;
    if (changed) pending.push(key);
  },
  save_changes() {
    for (const key of pending.splice(0)) for (const listener of listeners[`change:${key}`] ?? []) listener();
  },
  on: (event, listener) => (listeners[event] ??= []).push(listener),
  off: (event, listener) => (listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener)),
  send: () => {},
};
const pending = [];
render({ model, el: document.querySelector("main") });
"""

# What JupyterLab's dark theme gives its widgets, for a reader whose browser is set to dark.
_DARK = (
    "--jp-ui-font-color1: #e8e8e8; --jp-ui-font-color2: #b5b5b5; --jp-layout-color1: #1b1b1b; "
    "--jp-layout-color2: #2f2f2f;"
)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 16px; font-family: system-ui, sans-serif; background: #fff; color: #1a1a1a; }}
main {{ max-width: 1100px; margin: auto; }}
.mg-static {{ max-width: 1100px; margin: 16px auto; }}
@media (prefers-color-scheme: dark) {{
  :root {{ {dark} }}
  body {{ background: #111; color: #e8e8e8; }}
}}
{css}
</style>
</head>
<body>
<main></main>
<noscript>
{fallback}
</noscript>
<script type="application/json" id="state">{state}</script>
<script type="module">
{script}
{model}
</script>
</body>
</html>
"""


def page(*, title: str, css: str, script: str, state: dict[str, Any], fallback: str) -> str:
    """The text of an HTML file in which a widget works.

    Arguments:
        title: of the page.
        css, script: of the widget; the script has a function `render`.
        state: the values of the widget's traits.
        fallback: HTML for those who read without JavaScript.
    """
    # In a script element, only "</script" and "<!--" could end the text: JSON can write "<" in another way.
    written = json.dumps(state, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return _PAGE.format(
        title=html.escape(title), css=css, dark=_DARK, script=script, model=_MODEL, state=written, fallback=fallback
    )
