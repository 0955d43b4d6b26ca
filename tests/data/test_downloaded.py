"""MNIST, FashionMNIST and CIFAR10: their file formats, from a server of this machine."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, transforms
from micrograd_nb.data.datasets import CIFAR10, MNIST, FashionMNIST
from tests.data.files import cifar_members, idx, md5, mnist_files, serving, tar_gz

FILES = mnist_files()
MEMBERS = cifar_members()
ARCHIVE = tar_gz(MEMBERS, "cifar-10-batches-py")


def small_mnist(url: str, base: type[MNIST] = MNIST) -> type[MNIST]:
    """The class, with the small files for the large ones."""
    return type(
        base.__name__,
        (base,),
        {"mirrors": (url,), "resources": tuple((name, md5(FILES[name])) for name, _ in base.resources)},
    )


def small_cifar(url: str) -> type[CIFAR10]:
    def with_sums(names) -> tuple:
        return tuple((name, md5(MEMBERS[name])) for name, _ in names)

    return type(
        "CIFAR10",
        (CIFAR10,),
        {
            "url": f"{url}cifar-10-python.tar.gz",
            "tgz_md5": md5(ARCHIVE),
            "train_list": with_sums(CIFAR10.train_list),
            "test_list": with_sums(CIFAR10.test_list),
            "meta": with_sums([CIFAR10.meta])[0],
        },
    )


@pytest.fixture
def server():
    with serving({**FILES, "cifar-10-python.tar.gz": ARCHIVE}) as server:
        yield server


def labels_of(kind: str) -> list[int]:
    return list(gzip.decompress(FILES[f"{kind}-labels-idx1-ubyte.gz"])[8:])


# -- MNIST -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [MNIST, FashionMNIST])
@pytest.mark.parametrize(("train", "kind", "n"), [(True, "train", 30), (False, "t10k", 10)])
def test_mnist_is_downloaded_and_read(server, tmp_path: Path, base, train: bool, kind: str, n: int) -> None:
    dataset = small_mnist(server.url, base)(tmp_path, train=train, download=True)
    pixels = np.frombuffer(gzip.decompress(FILES[f"{kind}-images-idx3-ubyte.gz"])[16:], np.uint8).reshape(n, 28, 28)
    assert dataset.data.dtype == mg.uint8
    assert np.array_equal(dataset.data.array, pixels)
    assert dataset.targets.dtype == mg.int64
    assert dataset.targets.tolist() == labels_of(kind)
    image, label = dataset[3]
    assert (image.mode, image.size, type(label)) == ("L", (28, 28), int)
    assert np.array_equal(image, pixels[3])
    assert len(dataset) == n
    assert len(dataset.classes) == 10
    assert dataset.class_to_idx[dataset.classes[3]] == 3
    assert dataset.raw_folder == str(tmp_path / base.__name__ / "raw")


def test_mnist_trains_without_the_server_once_it_is_there(server, tmp_path: Path) -> None:
    kind = small_mnist(server.url)
    kind(tmp_path, download=True)
    asked = len(server.asked)
    assert asked == 4
    dataset = kind(tmp_path, download=True, transform=transforms.ToTensor(), target_transform=lambda label: -label)
    assert len(server.asked) == asked
    images, labels = next(iter(DataLoader(dataset, batch_size=5)))
    assert (images.shape, images.dtype) == ((5, 1, 28, 28), mg.float32)
    assert labels.tolist() == [-label for label in labels_of("train")[:5]]


def test_files_without_the_packed_ones_are_enough(tmp_path: Path) -> None:
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name.removesuffix(".gz")).write_bytes(gzip.decompress(content))
    assert len(MNIST(tmp_path, train=False)) == 10


def test_mnist_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        RuntimeError, match=r"Dataset not found\. You can use download=True.*MNIST/raw.*datasets\.Digits\(\)"
    ):
        MNIST(tmp_path)


def test_no_network(server, tmp_path: Path) -> None:
    kind = small_mnist(server.url)
    kind.mirrors = ("http://127.0.0.1:9/",)
    with pytest.raises(
        RuntimeError,
        match=r"could not download train-images.*\n.*127\.0\.0\.1:9.*\n    no connection.*\nWithout a network: put the",
    ):
        kind(tmp_path, download=True)


def test_an_interrupted_download_is_no_dataset_and_goes_on(server, tmp_path: Path) -> None:
    kind = small_mnist(server.url)
    server.breaks_after = 5000
    with pytest.raises(RuntimeError, match="could not download train-images"):
        kind(tmp_path, download=True)
    with pytest.raises(RuntimeError, match="Dataset not found"):
        kind(tmp_path)
    server.breaks_after = None
    assert len(kind(tmp_path, download=True)) == 30
    assert ("/train-images-idx3-ubyte.gz", "bytes=5000-") in server.asked


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"<html>", "is no IDX file with 3 axes: delete it"),
        (b"", "is no IDX file with 3 axes"),
        (idx(np.zeros(3, np.uint8)), "is no IDX file with 3 axes"),
        (idx(np.zeros((2, 28, 28), np.uint8))[:-1], r"is not whole: it has 1583 bytes, and 1584 .*shape \(2, 28, 28\)"),
        (idx(np.zeros((2, 28, 28), np.uint8)), "has 2 images and 10 labels"),
    ],
)
def test_a_damaged_file(server, tmp_path: Path, content: bytes, match: str) -> None:
    kind = small_mnist(server.url)
    kind(tmp_path, download=True)
    (tmp_path / "MNIST/raw/t10k-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(RuntimeError, match=match):
        kind(tmp_path, train=False)


@pytest.mark.parametrize("dtype", ["u1", "i4", "f4"])
def test_idx_files_of_other_types(tmp_path: Path, dtype: str) -> None:
    from micrograd_nb.data.datasets.mnist import read_idx

    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    (tmp_path / "file").write_bytes(idx(array))
    read = read_idx(tmp_path / "file", axes=3)
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)


# -- CIFAR10 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("train", "n"), [(True, 20), (False, 4)])
def test_cifar_is_downloaded_and_read(server, tmp_path: Path, train: bool, n: int) -> None:
    dataset = small_cifar(server.url)(tmp_path, train=train, download=True)
    names = [f"data_batch_{i}" for i in range(1, 6)] if train else ["test_batch"]
    batches = [pickle.loads(MEMBERS[name], encoding="latin1") for name in names]
    pixels = np.concatenate([batch["data"] for batch in batches]).reshape(n, 3, 32, 32)
    assert dataset.data.shape == (n, 32, 32, 3)
    assert np.array_equal(dataset.data.transpose(0, 3, 1, 2), pixels)
    assert dataset.targets == [label for batch in batches for label in batch["labels"]]
    image, label = dataset[n - 1]
    assert (image.mode, image.size) == ("RGB", (32, 32))
    assert np.array_equal(transforms.PILToTensor()(image).array, pixels[n - 1])
    assert label == dataset.targets[-1]
    assert dataset.classes[3] == "class 3"
    assert dataset.class_to_idx["class 3"] == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cifar-10-batches-py", "cifar-10-python.tar.gz"]


def test_a_file_of_cifar_that_is_damaged_is_told_and_mended(server, tmp_path: Path) -> None:
    kind = small_cifar(server.url)
    kind(tmp_path, download=True)
    path = tmp_path / "cifar-10-batches-py/data_batch_2"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RuntimeError, match=r"not found or corrupted.*data_batch_2 is damaged: its checksum is wrong"):
        kind(tmp_path)
    assert len(kind(tmp_path, download=True)) == 20
    assert len(server.asked) == 1


def test_cifar_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"You can use download=True.*data_batch_1 is not there.*sample_images\(\)"):
        CIFAR10(tmp_path)


def test_a_pickle_cannot_run_anything(tmp_path: Path, monkeypatch) -> None:
    evil = pickle.dumps({"data": Path, "labels": []}, protocol=2)
    (tmp_path / "cifar-10-batches-py").mkdir()
    (tmp_path / "cifar-10-batches-py/test_batch").write_bytes(evil)
    monkeypatch.setattr(CIFAR10, "test_list", (("test_batch", md5(evil)),))
    with pytest.raises(
        pickle.UnpicklingError, match=r"asks for pathlib\.\S*Path, which a file of images has no need of"
    ):
        CIFAR10(tmp_path, train=False)
