"""Downloads files: checked, with progress, and never leaving a file that looks whole and is not.

    download(["https://a.example/x.gz", "https://b.example/x.gz"], folder / "x.gz", md5="68b3…")

What has come is kept in x.gz.part, so that a download that was interrupted goes on from there. Only when all of it is
there and has the right checksum, the file gets its name, in one step.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

CHUNK = 1 << 16  # bytes
PATIENCE = 30.0  # seconds without a byte, after which a connection counts as broken


class DownloadError(RuntimeError):
    """A file could not be downloaded. The message says from where, why, and what else to do."""


def download(urls: Sequence[str], path: Path, md5: str, *, otherwise: str = "", progress: bool = True) -> None:
    """Gets a file from the first address that has it, unless it is there already.

    Arguments:
        urls: where it can be got, tried one after another.
        path: where it is put. Its folder is made if it is not there.
        md5: its checksum.
        otherwise: for the error message: what to do without a network.
        progress: whether to show a bar.

    Raises:
        DownloadError: no address gave the right file.
    """
    from http.client import HTTPException  # here, because to import micrograd_nb must not take the time to load it

    if has_checksum(path, md5):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for url in urls:
        try:
            _fetch_checked(url, path, md5, progress)
        except (OSError, HTTPException, DownloadError) as error:
            reasons.append(f"  {url}\n    {_reason(error)}")
        else:
            return
    raise DownloadError(
        "\n".join([f"could not download {path.name}. Tried:", *reasons, *([otherwise] if otherwise else [])])
    )


def has_checksum(path: Path, md5: str) -> bool:
    """Whether a file is there and whole."""
    return path.is_file() and checksum(path) == md5


def checksum(path: Path) -> str:
    """The MD5 checksum of a file, in hexadecimal digits. It finds damage; against forgery it does not help."""
    import hashlib  # see download()

    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _fetch_checked(url: str, path: Path, md5: str, progress: bool) -> None:
    """Gets the file, or what is missing of it, checks it, and gives it its name."""
    part = path.with_name(f"{path.name}.part")
    with _alone(part):
        if not has_checksum(path, md5):  # else another program has got it in the meantime
            _fetch_alone(url, part, path, md5, progress)


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Waits until no other program gets this file, and lets none do it meanwhile; not on Windows."""
    if fcntl is None:
        yield
        return
    with part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed, or this program ends
        try:
            yield
        finally:
            if part.exists() and part.stat().st_size == 0:
                part.unlink()


def _fetch_alone(url: str, part: Path, path: Path, md5: str, progress: bool) -> None:
    resumed = part.exists() and part.stat().st_size > 0
    _fetch(url, part, progress)
    if resumed and checksum(part) != md5:  # perhaps the beginning was of another file: once more, from the start
        part.unlink()
        _fetch(url, part, progress)
    found = checksum(part)
    if found != md5:
        size = part.stat().st_size
        part.unlink()
        raise DownloadError(
            f"the file is damaged, or another one: {size} bytes with the MD5 checksum {found}, not {md5}. It was "
            "deleted."
        )
    part.replace(path)


def _fetch(url: str, part: Path, progress: bool) -> None:
    """Appends to a file what is missing of it."""
    have = part.stat().st_size if part.exists() else 0
    with _open(url, have) as response:
        if response is None:
            return  # the server says that there is no more
        start = have if response.status == HTTPStatus.PARTIAL_CONTENT else 0  # a server may not know Range
        missing = response.length  # None: the server does not say
        total = None if missing is None else start + missing
        with part.open("r+b" if part.exists() else "wb") as file, _bar(part, start, total, progress) as bar:
            file.truncate(start)
            file.seek(start)
            while chunk := response.read(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
            file.flush()
            os.fsync(file.fileno())
            came = file.tell()
    if total is not None and came < total:
        raise DownloadError(
            f"the connection ended after {came} of {total} bytes. They are kept: try again, and it goes on from there."
        )


@contextmanager
def _open(url: str, have: int) -> Iterator[Any]:
    """The answer of a server that is asked for all bytes from `have` on; None if there are none."""
    from urllib.error import HTTPError  # see download()
    from urllib.request import Request, urlopen

    headers = {"User-Agent": "micrograd_nb", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        response = urlopen(Request(url, headers=headers), timeout=PATIENCE)
    except HTTPError as error:
        with error:
            if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise DownloadError(f"the server answered {error.code} {error.reason}") from None
        yield None
        return
    with response:
        yield response


def _bar(part: Path, start: int, total: int | None, progress: bool) -> Any:
    from tqdm.auto import tqdm  # here, because to import micrograd_nb must not take the time to load it

    return tqdm(
        desc=part.name.removesuffix(".part"),
        initial=start,
        total=total,
        unit="B",
        unit_scale=True,
        disable=not progress,
    )


def _reason(error: BaseException) -> str:
    if hasattr(error, "reason"):  # a URLError
        return f"no connection: {error.reason}"
    if isinstance(error, DownloadError):
        return str(error)
    return f"the connection broke: {type(error).__name__} {error}. What has come is kept: try again."
