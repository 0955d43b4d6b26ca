"""MNIST and FashionMNIST: 70 000 gray images of 28×28 pixels, in the IDX format of their authors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy import ndarray

from ...tensors import Tensor, from_numpy
from ..files import replacing
from ..transforms.conversion import pil_image
from .download import download
from .vision import Transform, VisionDataset

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class MNIST(VisionDataset):
    """Handwritten digits: 60 000 to train with, 10 000 to test with. (torchvision: datasets.MNIST)

    A sample is a PIL image of 28×28 gray pixels, unless `transform` makes something else of it, and its label.
    Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.

    Arguments:
        root: the folder that has, or gets, the folder MNIST/raw with the four files.
        train: True for the training set, False for the test set.
        transform, target_transform: see `VisionDataset`.
        download: get the files, 12 MB, if they are not there. A download that is interrupted goes on the next time.

    Attributes:
        data: all images, uint8 (n, 28, 28).
        targets: all labels, int64 (n,).
        classes, class_to_idx: the name of each label, the label of each name.

    Raises:
        RuntimeError: the files are not there, cannot be downloaded, or are damaged.

    >>> MNIST("nowhere")
    Traceback (most recent call last):
        ...
    RuntimeError: Dataset not found. You can use download=True to download it. There is no nowhere/MNIST/raw/...
    """

    mirrors: tuple[str, ...] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    resources = (
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    )
    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        self.train = train
        if download:
            self.download()
        kind = "train" if train else "t10k"
        self.data = self._read(f"{kind}-images-idx3-ubyte", axes=3)
        self.targets = self._read(f"{kind}-labels-idx1-ubyte", axes=1).long()
        if len(self.data) != len(self.targets):
            raise RuntimeError(
                f"{self.raw_folder} has {len(self.data)} images and {len(self.targets)} labels: the files do not "
                "belong together. Delete them and use download=True."
            )

    @property
    def raw_folder(self) -> str:
        """Where the files are."""
        assert self.root is not None
        return str(Path(self.root, type(self).__name__, "raw"))

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: label for label, name in enumerate(self.classes)}

    def download(self) -> None:
        """Gets the files that are not there, and unpacks them."""
        folder = Path(self.raw_folder)
        for name, md5 in self.resources:
            unpacked = folder / name.removesuffix(".gz")
            if not unpacked.exists():
                download([mirror + name for mirror in self.mirrors], folder / name, md5, otherwise=self._otherwise())
                _unpack(folder / name, unpacked)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.transformed(pil_image(self.data.array[index], "L"), int(self.targets.array[index]))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"

    def _read(self, name: str, axes: int) -> Tensor:
        path = Path(self.raw_folder, name)
        if not path.exists():
            raise RuntimeError(
                f"Dataset not found. You can use download=True to download it. There is no {path}. {self._otherwise()}"
            )
        return from_numpy(read_idx(path, axes))

    def _otherwise(self) -> str:
        names = ", ".join(name for name, _ in self.resources)
        return (
            f"Without a network: put the files {names}, unpacked, into {self.raw_folder}; or use datasets.Digits(), "
            "which is inside the package."
        )


class FashionMNIST(MNIST):
    """Pieces of clothing, in the format of MNIST: 60 000 and 10 000. (torchvision: datasets.FashionMNIST)

    H. Xiao, K. Rasul, R. Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms. Arguments, attributes and errors: see `MNIST`; the folder is FashionMNIST/raw, and 31 MB.

    >>> FashionMNIST.classes[:3]
    ['T-shirt/top', 'Trouser', 'Pullover']
    """

    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    resources = (
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    )
    classes: ClassVar[list[str]] = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


def read_idx(path: Path, axes: int) -> ndarray:
    """The array in an IDX file: 0, 0, a number for the dtype, one for the axes; the length of each axis; the values.

    Raises:
        RuntimeError: the file is something else, or not whole.
    """
    content = path.read_bytes()
    dtype = DTYPES.get(content[2]) if content[:2] == b"\0\0" and len(content) >= 4 else None
    if dtype is None or content[3] != axes:
        raise RuntimeError(f"{path} is no IDX file with {axes} axes: delete it and use download=True")
    shape = tuple(np.frombuffer(content[4 : 4 + 4 * axes], ">i4").tolist())
    wanted = 4 + 4 * axes + math.prod(shape) * np.dtype(dtype).itemsize
    if len(content) != wanted:
        raise RuntimeError(
            f"{path} is not whole: it has {len(content)} bytes, and {wanted} would be right for the shape {shape}. "
            "Delete it and use download=True."
        )
    values = np.frombuffer(content, dtype, offset=4 + 4 * axes).reshape(shape)
    return values.astype(values.dtype.newbyteorder("="))


def _unpack(packed: Path, unpacked: Path) -> None:
    import gzip  # here, because to import micrograd_nb must not take the time to load it

    with replacing(unpacked) as temporary, gzip.open(packed) as source:
        temporary.write_bytes(source.read())
