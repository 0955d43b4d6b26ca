"""The page "Text": Markdown."""

from __future__ import annotations

from typing import Any

from .library import library
from .messages import bytes_message, summary


def text(tag: str, text_string: str) -> Any:
    """A text, which the page shows as Markdown."""
    content = library().text.TextPluginData(version=0).SerializeToString()
    return summary(f"{tag}/text_summary", "text", content, tensor=bytes_message(text_string.encode(), (1,)))
