"""Small files in the real formats of MNIST and CIFAR10, and a server that has them, with the faults of real servers."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import re
import struct
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import numpy as np


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def idx(array: np.ndarray) -> bytes:
    """An IDX file: what http://yann.lecun.com/exdb/mnist describes."""
    code = {"u1": 8, "i4": 0x0C, "f4": 0x0D}[array.dtype.str[1:]]
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def mnist_files(n_train: int = 30, n_test: int = 10) -> dict[str, bytes]:
    """The four files, packed, with noise for images."""
    rng = np.random.default_rng(0)
    files = {}
    for kind, n in (("train", n_train), ("t10k", n_test)):
        files[f"{kind}-images-idx3-ubyte.gz"] = gzip.compress(idx(rng.integers(0, 256, (n, 28, 28), np.uint8)))
        files[f"{kind}-labels-idx1-ubyte.gz"] = gzip.compress(idx(rng.integers(0, 10, n).astype(np.uint8)))
    return files


def cifar_members(n: int = 4) -> dict[str, bytes]:
    """The pickles, as Python 2 wrote them: with protocol 2 and text keys."""
    rng = np.random.default_rng(0)
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    members = {
        name: _python2(
            {
                "data": rng.integers(0, 256, (n, 3072), np.uint8),
                "labels": rng.integers(0, 10, n).tolist(),
                "batch_label": name,
            }
        )
        for name in names
    }
    members["batches.meta"] = _python2({"label_names": [f"class {i}" for i in range(10)], "num_vis": 3072})
    return members


def _python2(content: object) -> bytes:
    """A pickle as Python 2 wrote it: texts and bytes are the same there, and NumPy's module has its old name."""
    out = io.BytesIO()
    _Python2Pickler(out, protocol=2).dump(content)
    return out.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


class _Python2Pickler(pickle._Pickler):  # the one in Python, whose parts can be replaced
    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def save_text(self, value: str | bytes) -> None:
        content = value.encode("latin1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_text


def tar_gz(members: dict[str, bytes], folder: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


class Server:
    """Files at an address of this machine. What it does wrong can be set; what it was asked is noted."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[tuple[str, str | None]] = []  # path, Range
        self.knows_range = True
        self.breaks_after: int | None = None  # bytes of an answer, after which the connection ends
        self.says_length = True
        self.pauses = 0.0  # seconds in the middle of an answer
        self.url = ""


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Server]:
    server = Server(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, server)

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}/"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def answer(handler: BaseHTTPRequestHandler, server: Server) -> None:
    wanted = handler.headers.get("Range")
    server.asked.append((handler.path, wanted))
    content = server.files.get(handler.path[1:])
    if content is None:
        handler.send_error(404)
        return
    start = 0
    if wanted and server.knows_range and (found := re.fullmatch(r"bytes=(\d+)-", wanted)):
        start = int(found[1])
        if start >= len(content):
            handler.send_error(416)
            return
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    else:
        handler.send_response(200)
    if server.says_length:
        handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    sent = content[start:][: server.breaks_after]
    handler.wfile.write(sent[: len(sent) // 2])
    time.sleep(server.pauses)
    handler.wfile.write(sent[len(sent) // 2 :])
    if server.breaks_after is not None:
        handler.close_connection = True
