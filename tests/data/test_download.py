"""Downloads: whatever happens on the way, a file that has its name is the right one; and what came is not lost."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd_nb.data.datasets.download import DownloadError, download
from tests import ROOT
from tests.data.files import Server, md5, serving

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def server():
    with serving({"file": CONTENT}) as server:
        yield server


def get(server: Server, path: Path, content: bytes = CONTENT) -> None:
    download([f"{server.url}file"], path, md5(content), otherwise="Put it there yourself.", progress=False)


def test_a_file_arrives_in_a_folder_that_is_made(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    get(server, path)
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_file_that_is_there_is_not_asked_for(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path / "file")
    get(server, tmp_path / "file")
    assert len(server.asked) == 1


def test_a_file_that_is_there_but_wrong_is_replaced(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"half of it")
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_what_was_interrupted_goes_on(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "file"
    server.breaks_after = 100_000
    with pytest.raises(
        DownloadError, match=r"could not download file\. Tried:\n  http.*\n.*(ended after 100000 of 256000|broke)"
    ):
        get(server, path)
    assert not path.exists()
    assert (tmp_path / "file.part").read_bytes() == CONTENT[:100_000]
    server.breaks_after = None
    get(server, path)
    assert path.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=100000-"]
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@settings(max_examples=20)
@given(st.lists(st.integers(1, 300_000), max_size=4), st.booleans())
def test_any_number_of_interruptions(tmp_path_factory, lengths: list[int], knows_range: bool) -> None:
    path = tmp_path_factory.mktemp("downloads") / "file"
    with serving({"file": CONTENT}) as server:
        server.knows_range = knows_range
        for server.breaks_after in lengths:
            try:
                get(server, path)
            except DownloadError:
                assert not path.exists()
        server.breaks_after = None
        get(server, path)
    assert path.read_bytes() == CONTENT


def test_a_server_that_does_not_know_range_sends_all_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT[:5000])
    server.knows_range = False
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_part_of_another_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"x" * 5000)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == ["bytes=5000-", None]


@pytest.mark.parametrize("part", [CONTENT, CONTENT + b"more"])
def test_a_part_that_is_whole_or_too_long(server: Server, tmp_path: Path, part: bytes) -> None:
    (tmp_path / "file.part").write_bytes(part)
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_file_that_arrives_damaged_gets_no_name(server: Server, tmp_path: Path) -> None:
    server.files["file"] = b"?" + CONTENT[1:]
    with pytest.raises(
        DownloadError, match=rf"damaged, or another one: 256000 bytes .*not {md5(CONTENT)}\. It was deleted"
    ):
        get(server, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_say_how_long_it_is(server: Server, tmp_path: Path) -> None:
    server.says_length = False
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    server.breaks_after = 9000
    with pytest.raises(DownloadError, match="9000 bytes with the MD5 checksum"):
        get(server, tmp_path / "other")


def test_the_next_address_is_tried(server: Server, tmp_path: Path) -> None:
    urls = [f"{server.url}missing", f"{server.url}file"]
    download(urls, tmp_path / "file", md5(CONTENT), progress=False)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_all_addresses_and_the_other_way_are_named(server: Server, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/file"
    urls = [f"{server.url}missing", nobody]
    with pytest.raises(DownloadError) as caught:
        download(urls, tmp_path / "file", md5(CONTENT), otherwise="Put it there yourself.", progress=False)
    lines = str(caught.value).splitlines()
    assert lines[0] == "could not download file. Tried:"
    assert lines[1:3] == [f"  {urls[0]}", "    the server answered 404 Not Found"]
    assert lines[3] == f"  {nobody}"
    assert lines[4].startswith("    no connection: ")
    assert lines[5] == "Put it there yourself."
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_says_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("micrograd_nb.data.datasets.download.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(DownloadError, match="timed out"):
            download([url], tmp_path / "file", md5(CONTENT), progress=False)


def test_progress_is_shown(server: Server, tmp_path: Path, capsys) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT[:128_000])
    download([f"{server.url}file"], tmp_path / "file", md5(CONTENT))
    shown = capsys.readouterr().err
    assert "file: " in shown
    assert "50%" in shown
    assert "256k/256k" in shown


def test_a_program_that_is_killed_leaves_a_part_and_no_file(tmp_path: Path) -> None:
    go_on = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def half() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 256000\r\n\r\n" + CONTENT[:131_072])
                go_on.wait(20)

        thread = threading.Thread(target=half)
        thread.start()
        script = (
            "from micrograd_nb.data.datasets.download import download; from pathlib import Path\n"
            f"download(['http://127.0.0.1:{listening.getsockname()[1]}/file'], Path({str(tmp_path / 'file')!r}), 'x')"
        )
        program = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
        part = tmp_path / "file.part"
        deadline = time.monotonic() + 20
        while not (part.exists() and part.stat().st_size >= 65_536) and time.monotonic() < deadline:
            time.sleep(0.02)
        program.kill()
        program.wait()
        go_on.set()
        thread.join()
    assert not (tmp_path / "file").exists()
    assert part.read_bytes() == CONTENT[: part.stat().st_size]
    with serving({"file": CONTENT}) as server:
        get(server, tmp_path / "file")
        assert server.asked[0][1] == f"bytes={min(131_072, int(server.asked[0][1][6:-1]))}-"
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_programs_that_want_the_same_file_at_once_get_it_once(server: Server, tmp_path: Path) -> None:
    errors = []
    server.pauses = 0.2

    def run() -> None:
        try:
            get(server, tmp_path / "file")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert errors == []
    assert len(server.asked) == 1
