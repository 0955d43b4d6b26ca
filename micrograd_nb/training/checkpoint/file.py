"""`save` and `load`: a checkpoint in a file. What is in it are numbers and names; nothing in it is ever run.

    mg.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}, "checkpoint.safetensors")

    checkpoint = mg.load("checkpoint.safetensors")
    model.load_state_dict(checkpoint["model"])

The file is one of the safetensors format (huggingface.co/docs/safetensors): a header in JSON, then the numbers of all
tensors. So whatever reads that format can read the tensors: `safetensors.torch.load_file("weights.safetensors")`. How
they are nested, and what else there is, stands in the header's metadata, as JSON in JSON (see `tree`).

Why not pickle, as `torch.save` does? A pickle is a program. Whoever loads one that a stranger made, runs it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

from numpy import ndarray

from ...data.files import replacing
from .foreign import what_it_seems
from .tree import Structure, pack, unpack

FORMAT = 1
"""The version of what stands in the metadata. A file with a higher one is refused."""

_KEY = "micrograd_nb"  # of our part of the metadata

File = str | os.PathLike[str] | BinaryIO


class CheckpointError(RuntimeError):
    """A file that cannot be loaded. The message says what it seems to be, and what to do."""


def save(obj: Any, f: File) -> None:
    """Saves tensors, numbers, strings and None, in dicts, lists and tuples that may be nested. (PyTorch: torch.save)

    The state dicts of modules, optimizers, schedulers and generators are made of these. Tensors that share their
    memory, such as tied weights, are stored once, and share it again when they are loaded.

    A file is either whole or not there: a new one takes the place of an old one in one step, when it is on the disk.

    Arguments:
        f: a path, or a file that is open for writing in binary mode.

    Raises:
        TypeError: something else in it, such as a function; the message says where it is and what to save instead.
        ValueError: tensors that share part of their memory; something that contains itself.
        RuntimeError: there is no such folder.

    >>> import io, micrograd_nb as mg
    >>> file = io.BytesIO()
    >>> mg.save({"weights": mg.ones(2), "history": [0.5, 0.25], "best": None}, file)
    >>> mg.load(io.BytesIO(file.getvalue()))
    {'weights': tensor([1., 1.]), 'history': [0.5, 0.25], 'best': None}
    """
    import json  # here, like safetensors, because to import micrograd_nb must not take the time

    from safetensors.numpy import save as to_bytes

    structure = pack(obj)
    metadata = {_KEY: json.dumps({"format": FORMAT, "tree": structure.tree})}
    try:
        content = to_bytes(structure.arrays, metadata)
    except Exception as error:
        raise _too_large(error, len(metadata[_KEY])) from None
    if hasattr(f, "write"):
        f.write(content)
        return
    path = _path(f)
    if not path.parent.is_dir():
        raise RuntimeError(f"Parent directory {path.parent} does not exist. Make it first: Path(...).mkdir()")
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def load(f: File, map_location: Any = None, *, weights_only: bool | None = True, mmap: bool | None = None) -> Any:
    """Loads what `save` saved, or the tensors of any other safetensors file. (PyTorch: torch.load)

    Arguments:
        f: a path, or a file that is open for reading in binary mode.
        map_location: "cpu" or None, which say the same here.
        weights_only: True, which it always is: a file of this format can hold nothing else.

    Raises:
        CheckpointError: a file that is not whole, of another kind, or of a newer version.
        FileNotFoundError: there is no such file.
    """
    _check_options(map_location, weights_only, mmap)
    content, name = (f.read(), "the file") if hasattr(f, "read") else (_path(f).read_bytes(), _path(f).name)
    if not isinstance(content, (bytes, bytearray)):
        raise TypeError(f"load reads bytes, but the file gave {type(content).__name__}: open it with open(name, 'rb')")
    try:
        arrays, metadata = _read(bytes(content))
        if _KEY not in metadata:
            return unpack(Structure.flat(arrays))
    except Exception as error:
        raise CheckpointError(f"cannot load {name}: {what_it_seems(bytes(content))}") from error
    return _unpacked(arrays, metadata[_KEY], name)


def _read(content: bytes) -> tuple[dict[str, ndarray], dict[str, str]]:
    """The arrays of a safetensors file, in the order of its header, and its metadata."""
    import json  # see save()

    from safetensors.numpy import load as from_bytes

    arrays = from_bytes(content)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    metadata = header.pop("__metadata__", None) or {}
    return {name: arrays[name] for name in header}, metadata


def _unpacked(arrays: dict[str, ndarray], text: str, name: str) -> Any:
    """What was saved, of arrays and our part of the metadata."""
    import json  # see save()

    try:
        written = json.loads(text)
        version = written["format"]
        if version > FORMAT:
            raise CheckpointError(
                f"cannot load {name}: a newer version of micrograd_nb wrote it, in format {version}, and this one "
                f"reads format {FORMAT}. Install the newer one: pip install --upgrade micrograd_nb"
            )
        return unpack(Structure(written["tree"], arrays))
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(
            f"cannot load {name}: its tensors are whole, but what it says of their order is damaged ({error!r}). "
            f"safetensors.numpy.load_file gets the tensors by their names."
        ) from error


def _path(f: Any) -> Path:
    try:
        return Path(os.fsdecode(f))
    except TypeError:
        raise TypeError(
            f"save and load take a path, or a file that is open in binary mode, but got {type(f).__name__}. The order "
            "is save(what, where)."
        ) from None


def _too_large(error: Exception, size: int) -> Exception:
    if "header too large" not in str(error):
        return error
    return ValueError(
        f"what is saved besides tensors takes {size:,} bytes of text, and a safetensors file can hold 100 MB of it. "
        "Make tensors of long lists of numbers: tensor(losses)."
    )


def _check_options(map_location: Any, weights_only: bool | None, mmap: bool | None) -> None:
    if map_location is not None and str(map_location) != "cpu":
        raise ValueError(f"map_location={map_location!r}: there is no device but the cpu. Leave it out.")
    if weights_only is False:
        raise ValueError(
            "weights_only=False would run what a file tells it to. micrograd_nb saves data alone, and never does that: "
            "leave it out."
        )
    if mmap:
        raise NotImplementedError("mmap=True is left out: a file is read at once")
