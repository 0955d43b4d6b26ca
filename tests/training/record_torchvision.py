"""Runs the cases of grid_cases.py in torchvision, and keeps what comes out in torchvision_grids.npz.

    python -m tests.training.record_torchvision     # where torchvision is installed

Recorded with torchvision 0.28.0, torch 2.13.0, Pillow 13.0.0.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.training.grid_cases import CASES, noise

GRIDS = Path(__file__).parent / "torchvision_grids.npz"


def main() -> None:
    import torch
    from torchvision.utils import make_grid, save_image

    grids = {name: case(make_grid, torch.from_numpy).numpy() for name, case in CASES.items()}
    np.savez_compressed(GRIDS, **grids, saved=saved(save_image, torch.from_numpy(noise(5, 3, 3, 3))))
    print(f"{len(grids)} grids, {GRIDS.stat().st_size / 1000:.0f} kB")


def saved(save_image: Any, images: Any) -> np.ndarray:
    """The pixels of what save_image writes."""
    file = io.BytesIO()
    save_image(images, file, "PNG", nrow=2, padding=1, pad_value=0.6)
    return np.asarray(Image.open(file))


if __name__ == "__main__":
    main()
