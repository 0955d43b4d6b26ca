"""The page "Projector": points of a space with many dimensions, with labels and pictures.

The projector reads files beside the event files:

    projector_config.pbtxt              which embeddings there are
    00000/default/tensors.tsv           a point a line
    00000/default/metadata.tsv          a label a line
    00000/default/sprite.png            all pictures in one
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from .images import as_bytes, png
from .library import library
from .messages import as_array

CONFIG = "projector_config.pbtxt"


def write_embedding(
    logdir: Path,
    points: Any,
    labels: Sequence[Any] | None,
    label_img: Any,
    step: int,
    tag: str,
    header: Sequence[str] | None,
) -> None:
    """Writes the files of an embedding, and its place in the configuration. What it replaces is gone.

    Arguments:
        points: (n, d).
        labels: one for each point; with a header, a row of them for each.
        label_img: (n, channels, height, width).

    Raises:
        ValueError: shapes or numbers that do not fit.
    """
    matrix = as_array(points)
    images = None if label_img is None else as_array(label_img)
    _check(matrix, labels, images, header)
    place = f"{str(step).zfill(5)}/{_encoded(tag)}"
    folder = logdir / place
    folder.mkdir(parents=True, exist_ok=True)
    info = library().projector.EmbeddingInfo(
        tensor_name=f"{tag}:{str(step).zfill(5)}", tensor_path=f"{place}/tensors.tsv"
    )
    _write_table(folder / "tensors.tsv", matrix.tolist())
    if labels is not None:
        rows = [[label] for label in labels] if not header else [header, *labels]
        _write_table(folder / "metadata.tsv", rows)
        info.metadata_path = f"{place}/metadata.tsv"
    if images is not None:
        (folder / "sprite.png").write_bytes(png(sprite(images)))
        info.sprite.image_path = f"{place}/sprite.png"
        info.sprite.single_image_dim.extend([images.shape[3], images.shape[2]])
    _configure(logdir / CONFIG, info)


def sprite(images: ndarray) -> ndarray:
    """All pictures in one, in a square of rows and columns, as (height, width, 3) bytes."""
    n, _, height, width = images.shape
    columns = math.ceil(math.sqrt(n))
    picture = np.zeros((columns * max(height, width), columns * width, 3), np.uint8)
    for i, img in enumerate(as_bytes(images.transpose(0, 2, 3, 1))):
        top, left = i // columns * height, i % columns * width
        picture[top : top + height, left : left + width] = img  # one channel stretches to three
    return picture


def _configure(path: Path, info: Any) -> None:
    """Adds an embedding to the configuration, in place of one of the same files."""
    tb = library()
    config = tb.projector.ProjectorConfig()
    if path.exists():
        tb.text_format.Parse(path.read_text(encoding="utf-8"), config)
    others = [other for other in config.embeddings if other.tensor_path != info.tensor_path]
    del config.embeddings[:]
    config.embeddings.extend([*others, info])
    path.write_text(tb.text_format.MessageToString(config), encoding="utf-8")


def _write_table(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    """A line for each row, with tabs in between. A label's own tabs and new lines become spaces."""
    lines = ("\t".join(" ".join(str(cell).split("\n")).replace("\t", " ") for cell in row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _encoded(tag: str) -> str:
    """A tag as the name of a folder."""
    for character in "%/\\":
        tag = tag.replace(character, f"%{ord(character):02x}")
    return tag


def _check(matrix: ndarray, labels: Any, images: ndarray | None, header: Any) -> None:
    if matrix.ndim != 2:
        raise ValueError(
            f"mat should be 2D, where mat.size(0) is the number of data points, but its shape is {matrix.shape}"
        )
    if labels is not None and len(labels) != len(matrix):
        raise ValueError(f"#labels should equal with #data points, but got {len(labels)} and {len(matrix)}")
    if header and any(len(row) != len(header) for row in labels or []):
        raise ValueError(
            f"len of header must be equal to the number of columns in metadata: each row needs {len(header)} entries"
        )
    if images is not None:
        if images.ndim != 4 or images.shape[1] not in (1, 3):
            raise ValueError(f"label_img has the shape (n, 1 or 3 channels, height, width), but got {images.shape}")
        if len(images) != len(matrix):
            raise ValueError(f"#images should equal with #data points, but got {len(images)} and {len(matrix)}")
