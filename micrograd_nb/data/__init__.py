"""Datasets, the loader that goes through them in batches, transforms of images. Floor 2: knows tensors, not models."""

from . import datasets, transforms
from .collate import default_collate, default_convert
from .dataset import ChainDataset, ConcatDataset, Dataset, IterableDataset, TensorDataset
from .loader import DataLoader
from .randomness import drawing_from, sample_generator
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .simulation import simulate_loading
from .subset import Subset, random_split
from .timeline import Recording, Span, Timeline
from .workers.info import WorkerInfo, get_worker_info

__all__ = [
    "Dataset",
    "IterableDataset",
    "TensorDataset",
    "Subset",
    "ConcatDataset",
    "ChainDataset",
    "random_split",
    "DataLoader",
    "Sampler",
    "SequentialSampler",
    "RandomSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
    "BatchSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "WorkerInfo",
    "sample_generator",
    "drawing_from",
    "Recording",
    "Timeline",
    "Span",
    "simulate_loading",
    "datasets",
    "transforms",
]
