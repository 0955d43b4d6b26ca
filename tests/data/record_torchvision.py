"""Runs the cases of transform_cases.py in torchvision, and keeps what comes out in torchvision.npz and _reprs.json.

    python -m tests.data.record_torchvision     # where torchvision is installed

Recorded with torchvision 0.29.1, torch 2.14.1, Pillow 13.0.0.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.transform_cases import CASES, REPRS, Library

HERE = Path(__file__).parent
VALUES, NAMES = HERE / "torchvision.npz", HERE / "torchvision_reprs.json"


def main() -> None:
    import torch
    from torchvision import transforms
    from torchvision.transforms import functional

    library = Library(transforms, functional, torch.from_numpy, torch, _photo())
    values = {name: kept(name, as_array(case(library))) for name, case in CASES.items()}
    np.savez_compressed(VALUES, photo=library.photo, **values)
    NAMES.write_text(json.dumps({name: repr(make(transforms)) for name, make in REPRS.items()}, indent=1) + "\n")
    print(f"{len(values)} values, {VALUES.stat().st_size / 1000:.0f} kB")


def as_array(result: Any) -> np.ndarray:
    """A PIL image or a tensor as an array."""
    return result.numpy() if hasattr(result, "numpy") else np.asarray(result)


def kept(name: str, result: np.ndarray) -> np.ndarray:
    """What is kept of a result: of a PIL image, which has to be the same to the last bit, no more than a checksum."""
    if name.endswith((", pil", ", gray")):
        return np.array([zlib.crc32(np.ascontiguousarray(result).tobytes()), *result.shape])
    return result


def _photo() -> np.ndarray:
    """The photo that is there; else one is made of the package's flower."""
    if VALUES.exists():
        return np.load(VALUES)["photo"]
    from PIL import Image

    import micrograd_nb

    folder = Path(micrograd_nb.__file__).parent / "data/datasets/sample_images"
    return np.asarray(Image.open(next(folder.rglob("flower*.jpg"))).convert("RGB").resize((26, 19), 1))


if __name__ == "__main__":
    main()
