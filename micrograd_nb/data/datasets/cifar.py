"""CIFAR10: 60 000 colour images of 32×32 pixels, in the format of their authors."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from ..transforms.conversion import pil_image
from .download import download, has_checksum
from .vision import Transform, VisionDataset


class CIFAR10(VisionDataset):
    """Small photos in ten classes: 50 000 to train with, 10 000 to test with. (torchvision: datasets.CIFAR10)

    A sample is a PIL image of 32×32 pixels in RGB, unless `transform` makes something else of it, and its label.
    A. Krizhevsky (2009), Learning multiple layers of features from tiny images.

    Arguments:
        root: the folder that has, or gets, the folder cifar-10-batches-py.
        train: True for the training set, False for the test set.
        transform, target_transform: see `VisionDataset`.
        download: get the files, 170 MB, if they are not there. A download that is interrupted goes on the next time.

    Attributes:
        data: all images, an array of bytes (n, 32, 32, 3), as in torchvision.
        targets: all labels, a list.
        classes, class_to_idx: the name of each label, the label of each name.

    Raises:
        RuntimeError: the files are not there, cannot be downloaded, or are damaged.

    >>> CIFAR10("nowhere")
    Traceback (most recent call last):
        ...
    RuntimeError: Dataset not found or corrupted. You can use download=True to download it. nowhere/...
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list = (
        ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        ("data_batch_4", "634d18415352ddfa80567beed471001a"),
        ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    )
    test_list = (("test_batch", "40351d587109b95175f43aff81a1287e"),)
    meta = ("batches.meta", "5ff9c542aee3614f3951f8cda6e48888")

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
        batches = [self._read(*file) for file in (self.train_list if train else self.test_list)]
        pixels = np.concatenate([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32)
        self.data = np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))
        self.targets: list[int] = [label for batch in batches for label in batch["labels"]]
        self.classes: list[str] = self._read(*self.meta)["label_names"]
        self.class_to_idx = {name: label for label, name in enumerate(self.classes)}

    def download(self) -> None:
        """Gets the files, if one is not there or damaged, and unpacks them."""
        assert self.root is not None
        root = Path(self.root)
        files = (*self.train_list, *self.test_list, self.meta)
        if all(has_checksum(root / self.base_folder / name, md5) for name, md5 in files):
            return
        download([self.url], root / self.filename, self.tgz_md5, otherwise=self._otherwise())
        _unpack(root / self.filename, root / self.base_folder)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.transformed(pil_image(self.data[index], "RGB"), self.targets[index])

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"

    def _read(self, name: str, md5: str) -> Any:
        assert self.root is not None
        path = Path(self.root, self.base_folder, name)
        if not has_checksum(path, md5):
            what = "is damaged: its checksum is wrong" if path.exists() else "is not there"
            raise RuntimeError(
                f"Dataset not found or corrupted. You can use download=True to download it. {path} {what}. "
                f"{self._otherwise()}"
            )
        return _ArraysAlone(io.BytesIO(path.read_bytes()), encoding="latin1").load()

    def _otherwise(self) -> str:
        return (
            f"Without a network: put {self.filename} into {self.root} and use download=True, which unpacks it; or use "
            "datasets.sample_images() and datasets.Digits(), which are inside the package."
        )


class _ArraysAlone(pickle.Unpickler):
    """Reads pickles that hold arrays, lists and texts. A pickle can call any function; this one calls NumPy's alone."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return np.dtype
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.ndarray(0).__reduce__()[0]
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which a file of images has no need of")


def _unpack(archive: Path, folder: Path) -> None:
    """The folder in the archive, complete or not at all."""
    import shutil  # here, because to import micrograd_nb must not take the time to load them
    import tarfile
    import tempfile

    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        with tarfile.open(archive) as tar:
            tar.extractall(temporary, filter="data")
        shutil.rmtree(folder, ignore_errors=True)
        Path(temporary, folder.name).replace(folder)
