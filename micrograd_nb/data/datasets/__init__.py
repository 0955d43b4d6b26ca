"""Datasets that are ready to use."""

from .digits import Digits

__all__ = ["Digits"]
