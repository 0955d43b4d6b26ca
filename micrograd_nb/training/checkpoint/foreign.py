"""Says what a file seems to be that cannot be loaded, and what to do about it."""

from __future__ import annotations

import io
from typing import Any

# How files of other kinds begin.
_BEGINNINGS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x93NUMPY": "an array of NumPy's. Load it with numpy.load(...)",
    b"\x89HDF": "an HDF5 file, as Keras writes",
    b"\x1f\x8b": "a file that gzip has packed. Unpack it first",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself. Get that with `git lfs pull`",
}
_TORCH = (
    "It was saved with torch.save, as a pickle, and is not loaded here, for a pickle is a program. Where PyTorch is "
    'installed: from_torch(torch.load("…", weights_only=True)).'
)


def what_it_seems(content: bytes) -> str:
    """What the bytes of a file seem to be.

    >>> what_it_seems(b"")
    'it is empty.'
    """
    if not content.strip(b"\0"):
        return "it is empty." if not content else f"all its {len(content):,} bytes are 0. Copying it went wrong."
    if content[:4] == b"PK\x03\x04":
        return _what_zip(content)
    if content[:1] == b"\x80" and content[1:2] <= b"\x05":  # the protocol of a pickle
        return f"it is a pickle. {_TORCH}"
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return f"it is {kind}."
    if content[8:9] == b"{":
        return _what_safetensors(content)
    return _what_text(content) if len(content) > 8 else f"it is not whole: it has {len(content)} bytes."


def _what_zip(content: bytes) -> str:
    import zipfile  # here, because to import micrograd_nb must not take the time

    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return f"it is a zip archive that is damaged, or not whole. {_TORCH}"
    if any(name.endswith("data.pkl") for name in names):
        return _TORCH[0].lower() + _TORCH[1:]
    if all(name.endswith(".npy") for name in names):
        return "it is an archive of NumPy's. Load it with numpy.load(...)."
    return f"it is a zip archive, with {', '.join(names[:3])}{', …' if len(names) > 3 else ''} in it."


def _what_safetensors(content: bytes) -> str:
    """Of a file that begins as it should: how long it should be."""
    import json  # see _what_zip()

    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 + length:
        return _truncated(content, f"at least {8 + length:,}")
    try:
        header: dict[str, Any] = json.loads(content[8 : 8 + length])
        tensors = {name: entry for name, entry in header.items() if name != "__metadata__"}
        whole = 8 + length + max((entry["data_offsets"][1] for entry in tensors.values()), default=0)
        unknown = {name: entry["dtype"] for name, entry in tensors.items() if entry["dtype"] not in _DTYPES}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return "it begins like a safetensors file, but its header is damaged."
    if len(content) < whole:
        return _truncated(content, f"{whole:,}")
    if unknown:
        name, kind = next(iter(unknown.items()))
        return (
            f"its tensor {name!r} is of type {kind}, which micrograd_nb has not. In PyTorch, convert it first: "
            ".float() makes float32."
        )
    return "it begins like a safetensors file, but its header does not fit the rest of it: it is damaged."


def _truncated(content: bytes, whole: str) -> str:
    return f"it is not whole: it has {len(content):,} bytes, and should have {whole}. Copy or download it again."


def _what_text(content: bytes) -> str:
    start = content[:1000].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "it is a web page. Often a download gave an error page, or one with a download button."
    try:
        text = content[:60].decode("utf-8").splitlines()[0]
    except (UnicodeDecodeError, IndexError):
        text = ""
    if text.isprintable() and text:
        return f"it is a text that begins with {text!r}."
    return f"it is of no kind that is known here; it begins with {content[:8]!r}."


_DTYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U8", "BOOL"}
