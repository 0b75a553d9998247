"""Where published datasets come from: order of sources, verification, downloads."""

import dataclasses
import gzip
import hashlib
import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from datasets_as_files import idx, python_batch, tar
from nn_modularity.datasets import downloads, published, raw_files, raw_folder, sources
from nn_modularity.errors import StudyError

FASHION_FOLDER = published.PUBLISHED["fashion"].system
needs_fashion = pytest.mark.skipif(
    not FASHION_FOLDER.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed"
)


def known(contents):
    """What a published dataset of these members would say of them."""
    return {
        name: published.Member(len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    }


def arrays(seed=0, n_train=20, n_test=10):
    rng = np.random.default_rng(seed)
    return {
        "x_train": rng.integers(0, 256, (n_train, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, n_train, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (n_test, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, n_test, dtype=np.uint8),
    }


@pytest.fixture
def members(monkeypatch, tmp_path):
    """Members of a small MNIST, which stands for the published one; its system folder is empty."""
    contents = {raw_files.NPZ_MEMBERS[name]: idx(array) for name, array in arrays().items()}
    small = dataclasses.replace(
        published.PUBLISHED["mnist"],
        members=known(contents),
        system=tmp_path / "system",
        package="dataset-mnist",
    )
    monkeypatch.setitem(published.PUBLISHED, "mnist", small)
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    return contents


@pytest.fixture
def raw(tmp_path):
    return tmp_path / "raw"


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def gzipped(files):
    return {f"{name}.gz": gzip.compress(content) for name, content in files.items()}


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


class Server(ThreadingHTTPServer):
    """A local web server that behaves as told: a list of answers a file, the last one for good."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers: dict[str, list] = {}
        self.asked: list[str] = []
        self.patience = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def serve(self, files, *before):
        for name, content in files.items():
            self.answers[f"/{name}"] = [*before, content]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answers = self.server.answers.get(self.path, [404])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, int):
            self.send_error(answer)
            return
        content = answers[-1] if isinstance(answer, str) else answer
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if answer == "break off":
            self.wfile.write(content[: len(content) // 2])
        elif answer == "stall":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.server.patience.wait(10)
        else:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.patience.set()
        server.shutdown()


def search(raw, *mirrors, timeout=5.0):
    return sources.Search("mnist", raw, mirrors=mirrors, timeout=timeout)


# Raw files


@pytest.mark.parametrize(
    "pack",
    [
        lambda files: files,
        gzipped,
        lambda files: {f"MNIST/raw/{name}": content for name, content in files.items()},
        lambda files: {name.replace("-idx", ".idx"): content for name, content in files.items()},
        lambda files: gzipped(files) | {"README.txt": b"mine", ".hidden": b"", "notes.gz": b"?"},
    ],
    ids=["plain", "gzipped", "folders", "dotted names", "among other files"],
)
def test_users_files_are_found_however_they_are_packed(members, raw, pack):
    put(raw, pack(members))
    found = sources.find(search(raw), ["raw", "download"])
    assert found.members == members
    assert found.complete


def test_users_npz_holds_the_same_members_as_the_idx_files(members, raw):
    raw.mkdir()
    np.savez_compressed(raw / "mnist.npz", **arrays())
    assert sources.find(search(raw), ["raw"]).members == members


def test_recompressed_files_are_as_good_as_the_publishers(members, raw):
    put(raw, {f"{name}.gz": gzip.compress(c, 1, mtime=9) for name, c in members.items()})
    assert sources.find(search(raw), ["raw"]).members == members


def test_nothing_is_unpickled(members, raw):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    raw.mkdir()
    np.savez(raw / "mnist.npz", **arrays() | {"x_train": np.array([Trap()], dtype=object)})
    with pytest.raises(StudyError, match=r"mnist\.npz: .*holds Python objects"):
        sources.find(search(raw), ["raw"])


@pytest.fixture
def cifar(monkeypatch, tmp_path):
    """Batches of a small CIFAR-10, which stands for the published one; its raw folder is empty."""
    rng = np.random.default_rng(0)
    real = published.PUBLISHED["cifar10"]
    batches = {
        name: b"".join(bytes([label]) + rng.bytes(3072) for label in (number, 9 - number, 3))
        for number, name in enumerate(real.members)
    }
    small = dataclasses.replace(real, members=known(batches))
    monkeypatch.setitem(published.PUBLISHED, "cifar10", small)
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    return batches


def as_pickles(batches) -> dict[str, bytes]:
    """The Python form of binary batches, as the publisher's Python 2 wrote it."""
    return {
        f"cifar-10-batches-py/{name.removesuffix('.bin')}": python_batch(
            np.frombuffer(content, np.uint8).reshape(-1, 3073)
        )
        for name, content in batches.items()
    }


def in_folder(batches):
    return {f"cifar-10-batches-bin/{name}": content for name, content in batches.items()}


CIFAR_FORMS = {
    "binary archive": lambda batches: {"cifar-10-binary.tar.gz": tar(in_folder(batches))},
    "binary batches": in_folder,
    "Python archive": lambda batches: {"cifar-10-python.tar.gz": tar(as_pickles(batches))},
    "Python batches": as_pickles,
    "both": lambda batches: as_pickles(batches) | in_folder(batches),
}


@pytest.mark.parametrize("form", CIFAR_FORMS.values(), ids=CIFAR_FORMS)
def test_cifar_is_the_same_in_all_of_its_forms(cifar, raw, form):
    put(raw, form(cifar))
    assert sources.find(sources.Search("cifar10", raw), ["raw"]).members == cifar


def test_a_python_batch_of_other_images_is_refused(cifar, raw):
    name = "test_batch.bin"
    altered = cifar | {name: cifar[name][:-1] + bytes([cifar[name][-1] ^ 1])}
    put(raw, as_pickles(altered))
    with pytest.raises(
        StudyError, match=r"test_batch: found 9,219 bytes \(unpacked\) with the SHA"
    ):
        sources.find(sources.Search("cifar10", raw), ["raw"])


def test_downloads_and_hidden_files_are_not_the_users(raw):
    put(raw, {"a.gz": b"", "b/c.bin": b"", "downloaded/a.gz": b"", ".d": b"", "b/.e/f": b""})
    assert raw_folder.user_files(raw) == [raw / "a.gz", raw / "b" / "c.bin"]
    assert raw_folder.user_files(raw / "nowhere") == []


# What is wrong stops


def test_altered_content_is_refused_and_named_with_both_checksums(members, raw):
    name = "t10k-labels-idx1-ubyte"
    altered = members[name][:-1] + bytes([members[name][-1] ^ 1])
    put(raw, gzipped(members | {name: altered}))
    with pytest.raises(StudyError) as error:
        sources.find(search(raw), ["raw", "download", "embedded"])
    expected = published.PUBLISHED["mnist"].members[name].sha256
    for part in (f"{name}.gz", hashlib.sha256(altered).hexdigest(), expected, "replace the file"):
        assert part in str(error.value)


def test_a_cut_off_archive_is_refused(members, raw):
    packed = gzipped(members)
    name = "train-images-idx3-ubyte.gz"
    put(raw, packed | {name: packed[name][:-100]})
    with pytest.raises(StudyError, match=f"{name}: .*can't be read"):
        sources.find(search(raw), ["raw"])


def test_an_incomplete_set_of_files_says_what_is_missing(members, raw):
    put(raw, {name: content for name, content in members.items() if "labels" not in name})
    with pytest.raises(StudyError) as error:
        sources.find(search(raw), ["raw", "embedded"])
    assert "nothing that holds t10k-labels-idx1-ubyte, train-labels-idx1-ubyte" in str(error.value)


# Order of sources


def test_sources_are_asked_in_the_order_of_the_config(members, raw, server):
    put(raw, members)
    put(published.PUBLISHED["mnist"].system, gzipped(members))
    server.serve(gzipped(members))
    found = {
        first: sources.find(search(raw, server.url), [first, "raw", "system", "download"]).source
        for first in ("raw", "system", "download")
    }
    assert found == {
        "raw": f"files in {raw}",
        "system": f"files in {published.PUBLISHED['mnist'].system}",
        "download": f"download from {server.url}",
    }


def test_when_all_fail_the_error_lists_each_source_why_and_the_ways_on(members, raw, server):
    with pytest.raises(StudyError) as error:
        sources.find(search(raw, server.url), ["raw", "system", "download"])
    message = str(error.value)
    reasons = [f"raw: {raw}: no such folder", "system: ", "download: ", "HTTP 404"]
    assert [message.find(reason) for reason in reasons] == sorted(map(message.index, reasons))
    for way in (f"put into {raw}/", "apt install dataset-mnist", "mirrors", "leave the dataset"):
        assert way in message


def test_the_embedded_subset_is_used_only_where_the_config_allows_it(raw):
    with pytest.raises(StudyError, match="allow `embedded`"):
        sources.find(search(raw), ["raw"])
    found = sources.find(search(raw), ["raw", "embedded"])
    assert not found.complete
    assert "subset" in found.source


# Caches


@pytest.fixture
def keras(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


def npz(members) -> bytes:
    buffer = io.BytesIO()
    by_array = {array: members[name] for array, name in raw_files.NPZ_MEMBERS.items()}
    np.savez(buffer, **{name: raw_files.decode_idx(content) for name, content in by_array.items()})
    return buffer.getvalue()


def test_what_keras_has_of_mnist_is_taken(members, raw, keras):
    put(keras, {"mnist.npz": npz(members), "fashion-mnist/train-images-idx3-ubyte.gz": b"another"})
    found = sources.find(search(raw), ["raw", "keras"])
    assert found.members == members
    assert found.source == f"files in {keras}"


def test_kerass_own_folder_is_in_the_home_unless_said_otherwise(keras, monkeypatch):
    assert raw_folder.of_keras() == keras
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", "/somewhere")
    assert raw_folder.of_keras() == Path("/somewhere/.keras/datasets")


@pytest.mark.parametrize("place", ["cifar-10-batches-py-target/", ""], ids=["new", "old"])
def test_what_keras_has_of_cifar_is_taken(cifar, raw, keras, place):
    put(keras, {f"{place}{name}": content for name, content in as_pickles(cifar).items()})
    assert sources.find(sources.Search("cifar10", raw), ["keras"]).members == cifar


@pytest.mark.parametrize(
    "form", [as_pickles, CIFAR_FORMS["Python archive"]], ids=["batches", "archive"]
)
def test_what_torchvision_has_of_cifar_is_taken(cifar, raw, tmp_path, form):
    put(tmp_path / "torch", form(cifar) | {"MNIST/raw/train-images-idx3-ubyte": b"another"})
    found = sources.find(
        sources.Search("cifar10", raw, torchvision=tmp_path / "torch"), ["torchvision"]
    )
    assert found.members == cifar


def test_what_torchvision_has_of_mnist_is_taken(members, raw, tmp_path):
    put(tmp_path / "torch" / "MNIST" / "raw", members | gzipped(members))
    asked = sources.Search("mnist", raw, torchvision=tmp_path / "torch")
    assert sources.find(asked, ["torchvision"]).members == members


@pytest.mark.parametrize(
    "spoiled", [b"half", npz({n: idx([[1]]) for n in raw_files.NPZ_MEMBERS.values()})]
)
def test_a_spoiled_cache_is_passed_over_and_said(members, raw, keras, server, caplog, spoiled):
    put(keras, {"mnist.npz": spoiled})
    server.serve(gzipped(members))
    found = sources.find(search(raw, server.url), ["raw", "keras", "download"])
    assert found.source == f"download from {server.url}"
    assert "mnist.npz: found" in caplog.text
    with pytest.raises(StudyError, match=r"keras: .*mnist\.npz: found"):
        sources.find(search(raw), ["raw", "keras"])


def test_a_cache_without_the_dataset_or_without_a_folder_is_passed_over(members, raw, keras):
    with pytest.raises(StudyError) as error:
        sources.find(search(raw), ["keras", "torchvision"])
    assert f"keras: {keras}: nothing of MNIST in it" in str(error.value)
    assert "name the folder that torchvision keeps it in" in str(error.value)


# Downloads


def test_download_is_verified_kept_and_made_once(members, raw, server):
    server.serve(gzipped(members))
    first = sources.find(search(raw, server.url), ["raw", "download"])
    again = sources.find(search(raw, server.url), ["raw", "download"])
    assert first == again
    assert first.members == members
    assert len(server.asked) == 4
    assert files_below(raw) == {"downloaded"} | {f"downloaded/{name}.gz" for name in members}


def test_a_spoilt_kept_download_is_replaced(members, raw, server):
    server.serve(gzipped(members))
    sources.find(search(raw, server.url), ["download"])
    (raw / "downloaded" / "t10k-images-idx3-ubyte.gz").write_bytes(b"spoilt")
    assert sources.find(search(raw, server.url), ["download"]).members == members
    assert len(server.asked) == 5


def test_what_a_killed_download_left_is_removed_and_never_read(members, raw, server):
    server.serve(gzipped(members))
    put(raw / "downloaded", {".partial-x/train-images-idx3-ubyte.gz": b"half"})
    assert sources.find(search(raw, server.url), ["raw", "download"]).members == members
    assert not (raw / "downloaded" / ".partial-x").exists()


@pytest.mark.parametrize("trouble", ["break off", "stall", 503, b"another file"])
def test_a_passing_trouble_is_survived(members, raw, server, trouble):
    server.serve(gzipped(members))
    server.answers["/t10k-images-idx3-ubyte.gz"].insert(0, trouble)
    found = sources.find(search(raw, server.url, timeout=0.3), ["download"])
    assert found.members == members
    assert server.asked.count("/t10k-images-idx3-ubyte.gz") == 2


@pytest.mark.parametrize(
    ("trouble", "reason", "n_asked"),
    [
        ("break off", "broke off before the end", 3),
        ("stall", "stalled: no more data within 0.1 s", 3),
        (503, "HTTP 503", 3),
        (404, "HTTP 404", 1),
        (b"<html>Please log in</html>", "the server sent something else", 3),
        (gzip.compress(b"another file"), "the server sent something else", 3),
    ],
    ids=["truncated", "stalled", "503", "404", "not packed", "wrong checksum"],
)
def test_a_lasting_trouble_is_told_and_leaves_nothing(
    members, raw, server, trouble, reason, n_asked
):
    files = gzipped(members)
    server.serve(files)
    server.answers["/train-images-idx3-ubyte.gz"] = [trouble] * 9 + [
        files["train-images-idx3-ubyte.gz"]
    ]
    start = time.monotonic()
    with pytest.raises(StudyError) as error:
        sources.find(search(raw, server.url, timeout=0.1), ["download"])
    assert f"{server.url}/train-images-idx3-ubyte.gz: {reason}" in str(error.value)
    assert server.asked.count("/train-images-idx3-ubyte.gz") == n_asked
    assert time.monotonic() - start < 5
    assert files_below(raw) == {"downloaded"}


def test_a_server_that_accepts_and_never_answers_is_stalled(raw, members, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StudyError, match=r"stalled: no answer within 0\.1 s"):
            sources.find(search(raw, url, timeout=0.1), ["download"])


def test_the_next_mirror_is_asked_when_one_lacks_the_file(members, raw, server):
    server.serve({f"good/{name}": content for name, content in gzipped(members).items()})
    mirrors = (f"{server.url}/bad", f"{server.url}/good/")
    assert sources.find(search(raw, *mirrors), ["download"]).members == members


def test_another_form_is_downloaded_when_no_server_has_the_first(members, raw, server):
    server.serve({"mnist.npz": npz(members)})
    found = sources.find(search(raw, server.url), ["download"])
    assert found.members == members
    assert files_below(raw) == {"downloaded", "downloaded/mnist.npz"}


def test_the_python_archive_is_downloaded_when_no_server_has_the_binary_one(cifar, raw, server):
    server.serve(CIFAR_FORMS["Python archive"](cifar))
    asked = sources.Search("cifar10", raw, mirrors=(server.url,))
    assert sources.find(asked, ["download"]).members == cifar


def test_every_published_dataset_has_a_second_server():
    for each in published.PUBLISHED.values():
        hosts = {server.split("/")[2] for form in each.downloads for server in form.servers}
        assert len(hosts) > 1
        assert all(len(set(form.servers)) == len(form.servers) for form in each.downloads)


def test_a_server_that_sends_without_end_is_not_listened_to(members, raw, server):
    name = "train-images-idx3-ubyte.gz"
    size = sum(map(len, members.values()))
    server.serve(gzipped(members) | {name: bytes(2 * size)})
    with pytest.raises(StudyError, match=rf"{name}: the server sent something else \(more than"):
        sources.find(search(raw, server.url), ["download"])
    assert files_below(raw) == {"downloaded"}


def test_a_failed_download_never_turns_into_the_subset_unasked(members, raw, server):
    with pytest.raises(StudyError):
        sources.find(search(raw, server.url), ["raw", "system", "download"])


# The real Fashion-MNIST


@needs_fashion
def test_debians_files_are_the_published_fashion_mnist(tmp_path):
    found = sources.find(sources.Search("fashion", tmp_path), ["raw", "system"])
    X_train, y_train, X_test, y_test = published.PUBLISHED["fashion"].decode(found.members)
    assert X_train.shape == (60_000, 28, 28)
    assert X_test.shape == (10_000, 28, 28)
    assert np.bincount(y_train).tolist() == [6000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10


@needs_fashion
def test_a_mirror_may_serve_files_that_were_compressed_anew(tmp_path, server):
    server.serve({path.name: path.read_bytes() for path in FASHION_FOLDER.glob("*.gz")})
    found = sources.find(sources.Search("fashion", tmp_path, mirrors=(server.url,)), ["download"])
    assert found.members.keys() == published.PUBLISHED["fashion"].members.keys()
