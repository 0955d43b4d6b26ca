"""Checkpoints: `save` and `load` what a training consists of; weights to PyTorch and back."""

from .file import CheckpointError, load, save
from .pytorch import from_torch, to_torch

__all__ = ["save", "load", "CheckpointError", "to_torch", "from_torch"]
