"""Datasets that are ready to use: inside the package, made of random numbers, in your folders, or downloaded."""

from .cifar import CIFAR10
from .digits import Digits
from .fake import FakeData
from .folder import DatasetFolder, ImageFolder
from .mnist import MNIST, FashionMNIST
from .photos import sample_images
from .text import CharText, Shakespeare
from .toy import blobs, circles, moons, regression, spirals
from .vision import VisionDataset

__all__ = [
    "Digits",
    "sample_images",
    "Shakespeare",
    "CharText",
    "ImageFolder",
    "DatasetFolder",
    "MNIST",
    "FashionMNIST",
    "CIFAR10",
    "FakeData",
    "moons",
    "circles",
    "spirals",
    "blobs",
    "regression",
    "VisionDataset",
]
