"""Files as their publishers make them, whole, spoiled and hostile."""

import gzip
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from datasets_as_files import idx, python_batch, tar
from nn_modularity import array_archives
from nn_modularity.datasets import pickled_batches, raw_files
from nn_modularity.errors import StudyError

in_one_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100
)


def changes(size):
    """Some bytes of so many: their places and what they become."""
    one = st.tuples(st.integers(0, size - 1), st.integers(0, 255))
    return st.lists(one, min_size=1, max_size=8)


def spoiled(content, changes, cut=1):
    """Some bytes changed; for every other number the rest cut off there."""
    content = bytearray(content)
    for place, value in changes:
        if place < len(content):
            content[place] = value
    return bytes(content[:cut] if cut % 2 == 0 else content)


# IDX and CIFAR's records


@given(st_numpy.arrays(np.uint8, st_numpy.array_shapes(max_dims=3, max_side=6)))
def test_idx_is_decoded_as_its_format_says(array):
    assert raw_files.encode_idx(array) == idx(array)
    np.testing.assert_array_equal(raw_files.decode_idx(idx(array)), array)


@given(st.binary(max_size=30))
def test_other_bytes_are_no_idx(content):
    with pytest.raises(ValueError, match="no IDX header"):
        raw_files.decode_idx(b"\x1f\x8b" + content)


@given(st.binary(max_size=30))
def test_a_header_that_promises_more_than_there_is_is_no_idx(content):
    with pytest.raises(ValueError, match=r"cannot reshape|end within"):
        raw_files.decode_idx(b"\0\0\x08\x02" + b"\x7f\xff\xff\xff" * 2 + content)
    with pytest.raises(ValueError, match="end within the header of 255 dimensions"):
        raw_files.decode_idx(b"\0\0\x08\xff" + content)


def test_cifar_records_hold_the_class_and_three_planes():
    planes = np.arange(3 * 32 * 32).astype(np.uint8).reshape(3, 32, 32)
    X, y = raw_files.decode_cifar(bytes([7]) + planes.tobytes())
    assert y.tolist() == [7]
    for colour in range(3):
        np.testing.assert_array_equal(X[0, :, :, colour], planes[colour])
    with pytest.raises(ValueError, match="no multiple of 3073"):
        raw_files.decode_cifar(bytes(3074))


# CIFAR's Python batches

RECORDS = np.random.default_rng(0).integers(0, 10, (4, 3073), dtype=np.uint8)
BATCH = python_batch(RECORDS)


def as_python_3_writes_it(protocol):
    keys = {"batch_label": "b", "labels": RECORDS[:, 0].tolist(), "data": RECORDS[:, 1:].copy()}
    return pickle.dumps({key.encode(): value for key, value in keys.items()}, protocol)


@pytest.mark.parametrize("content", [BATCH, as_python_3_writes_it(3), as_python_3_writes_it(4)])
def test_a_batch_is_what_pickle_would_make_of_it(content):
    trusted = pickle.loads(content, encoding="bytes")
    planes, classes = pickled_batches.decode(content)
    np.testing.assert_array_equal(planes, trusted[b"data"])
    assert classes.tolist() == trusted[b"labels"]
    assert raw_files.encode_cifar(planes, classes) == RECORDS.tobytes()


class Runs:
    def __init__(self, function, *arguments):
        self.made = function, arguments

    def __reduce__(self):
        return self.made


HOSTILE = {
    "a command": Runs(os.system, "touch stolen"),
    "a command in an array": {b"data": Runs(os.system, "touch stolen"), b"labels": [1]},
    "an import": Runs(__import__, "antigravity"),
    "an evaluation": Runs(eval, "open('stolen', 'w')"),
    "NumPy's loader": Runs(np.load, "stolen.npy"),
    "a memory map": Runs(np.memmap, "stolen", "uint8", "w+", 0, (9,)),
    "an array of objects": {b"data": np.array([{}], object), b"labels": [1]},
    "an array of floats": {b"data": np.zeros((1, 3072)), b"labels": [1]},
    "a date type": {b"data": np.zeros((1, 3072), "M8[s]"), b"labels": [1]},
    "an object": Path("stolen"),
    "a set": {1, 2},
    "a function": os.system,
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_pickle_is_refused_and_nothing_runs(tmp_path, monkeypatch, hostile, protocol):
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps(hostile, protocol)
    with pytest.raises(ValueError, match=r"names|instruction|makes|holds|sets|nothing to work on"):
        pickled_batches.decode(content)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'touch stolen'\ntR.",
        b"(S'touch stolen'\nios\nsystem\n.",
        b"(cos\nsystem\nS'touch stolen'\no.",
        b"\x80\x02cbuiltins\neval\nU\x01a\x85R.",
        b"\x80\x02cnumpy\ndtype\nU\x01O\x85R.",
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nJ\xff\xff\xff\x7f\x85U\x01b\x87R.",
        b"\x80\x02cnumpy\nndarray\n}b.",
        b"\x80\x02cnumpy\nndarray\nN}U\x01a]s\x86b.",
        b"\x80\x02}Pan id\n.",
        b"\x80\x02\x82\x01.",
        b"\x80\x02}" + b"(" * 5,
        b"\x80\x02.",
        b"\x80\x02}].",
        b"",
        b"\x80\x02}r\xff\xff\xff\xffh\x07.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
    ],
)
def test_instructions_that_no_batch_needs_are_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"\w"):
        pickled_batches.decode(content)
    assert not list(tmp_path.iterdir())


@given(changes(len(BATCH)))
@settings(max_examples=100)
def test_a_spoiled_batch_is_refused_or_holds_plain_images(changes):
    try:
        planes, classes = pickled_batches.decode(spoiled(BATCH, changes))
    except ValueError:
        return
    assert planes.dtype == classes.dtype == np.uint8
    assert planes.shape == (len(classes), 3072)


INSTRUCTIONS = [bytes([code]) for code in range(256)] + [BATCH[a : a + 9] for a in range(0, 300, 3)]


@given(st.lists(st.sampled_from(INSTRUCTIONS), max_size=60))
@settings(max_examples=200)
def test_any_instructions_end_in_an_image_or_a_refusal(instructions):
    with pytest.raises(ValueError, match=r"\w"):
        pickled_batches.decode(b"\x80\x02" + b"".join(instructions) + b".")


# NumPy archives


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c d", "ä"]),
        st_numpy.arrays(
            st.sampled_from([np.uint8, ">f8", np.bool_, "U3", "S2"]),
            st_numpy.array_shapes(min_side=0),
        ),
    ),
    st.booleans(),
)
@in_one_folder
def test_arrays_of_an_archive_are_those_that_numpy_reads(tmp_path, arrays, is_fortran):
    arrays = {name: np.asfortranarray(a) if is_fortran else a for name, a in arrays.items()}
    (tmp_path / "a.npz").write_bytes(npz(**arrays))
    found = array_archives.read(tmp_path / "a.npz", most=1 << 20)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def header(shape, descr="'|u1'"):
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def zipped(path, **contents):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.npy", content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (header((10**12,)) + b"few", "holds 3 bytes"),
        (header((2**62, 2**62)) + b"few", "holds 3 bytes"),
        (header((-1,)), "."),
        (header((3,), "'|O'") + b"few", "holds Python objects"),
        (header((3,), "[('a', '|O')]") + b"few" * 8, "holds Python objects"),
        (header("(" * 4000), "no header of an array"),
        (header((3,), "__import__('os')"), "no header of an array"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b" " * 100, "."),
        (b"\x93NUMPY\x03\x00\x01\x00\x00\x00 ", "records with named fields"),
        (header((1 << 24,)) + bytes(1 << 24), "more than the 1,048,576 there is room for"),
        (b"", "."),
    ],
)
def test_an_array_that_claims_what_it_is_not_is_refused(tmp_path, content, reason):
    zipped(tmp_path / "a.npz", x_train=content)
    with pytest.raises(ValueError, match=reason):
        array_archives.read(tmp_path / "a.npz", most=1 << 20)


def test_all_arrays_together_have_the_room_that_one_has(tmp_path):
    (tmp_path / "a.npz").write_bytes(npz(a=np.zeros(600, np.uint8), b=np.zeros(600, np.uint8)))
    with pytest.raises(ValueError, match="b: has 600 bytes, more than the 400"):
        array_archives.read(tmp_path / "a.npz", most=1000)


SMALL = npz(x_train=np.arange(60, dtype=np.uint8), y_train=np.arange(7))


@given(
    st.lists(
        st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4
    ),
    st.integers(0, len(SMALL)),
)
@in_one_folder
def test_a_spoiled_archive_is_refused_or_holds_what_it_held(tmp_path, changes, cut):
    (tmp_path / "a.npz").write_bytes(spoiled(SMALL, changes, cut))
    try:
        found = array_archives.read(tmp_path / "a.npz", most=1 << 20)
    except (ValueError, OSError):
        return
    for name in found.keys() & {"x_train", "y_train"}:
        np.testing.assert_array_equal(found[name], np.arange(60 if name == "x_train" else 7))


# Members, bounded

SIZES = {"train-labels-idx1-ubyte": 16, "data_batch_1.bin": 2 * 3073}


def refused(path, match):
    with pytest.raises(StudyError, match=match) as error:
        raw_files.members(path, SIZES)
    assert path.name in str(error.value)
    assert "delete" not in str(error.value)


def test_no_more_is_unpacked_than_a_member_can_have(tmp_path):
    path = tmp_path / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(17)))
    refused(path, "unpacks to more than 16 bytes")


def test_a_member_of_an_archive_may_not_be_longer_either(tmp_path):
    path = tmp_path / "cifar.tar.gz"
    path.write_bytes(tar({"data_batch_1.bin": bytes(2 * 3073 + 1)}))
    refused(path, "unpacks to more than 6,146 bytes")


@pytest.mark.parametrize("name", ["data_batch_1.bin", "something-else", "data_batch_1"])
def test_an_archive_that_claims_a_terabyte_is_refused_at_once(tmp_path, name):
    entry = tarfile.TarInfo(name)
    entry.size = 10**12
    path = tmp_path / "cifar.tar.gz"
    with gzip.open(path, "wb") as file:
        file.write(entry.tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(1 << 20))
    refused(path, "can't be read")


def test_an_extended_header_of_a_terabyte_is_refused_at_once(tmp_path):
    entry = tarfile.TarInfo("././@PaxHeader")
    entry.type, entry.size = tarfile.XHDTYPE, 10**12
    path = tmp_path / "cifar.tar.gz"
    with gzip.open(path, "wb") as file:
        file.write(entry.tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(1 << 20))
    refused(path, "can't be read")


def test_links_and_devices_of_an_archive_are_no_members(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(16))
    path = tmp_path / "cifar.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo("train-labels-idx1-ubyte")
            entry.type, entry.linkname = kind, str(tmp_path / "secret")
            archive.addfile(entry)
    assert raw_files.members(path, SIZES) == {}


def test_nothing_of_an_archive_is_written(tmp_path):
    path = tmp_path / "inner" / "cifar.tar.gz"
    path.parent.mkdir()
    path.write_bytes(tar({"../train-labels-idx1-ubyte": bytes(16), "/tmp/evil": b"evil"}))
    assert raw_files.members(path, SIZES) == {"train-labels-idx1-ubyte": bytes(16)}
    assert {p.name for p in tmp_path.rglob("*")} == {"inner", "cifar.tar.gz"}


def test_bombs_are_refused_in_little_memory(tmp_path):
    """A quarter of a gigabyte of zeros in every form, for a process that may take 150 MB."""
    zeros = gzip.compress(bytes(1 << 28), 1)
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(zeros)
    (tmp_path / "data_batch_1.gz").write_bytes(zeros)
    for name in ("bomb.tar.gz", "pickle.tar.gz"):
        entry = tarfile.TarInfo("data_batch_1" if name == "pickle.tar.gz" else "else")
        entry.size = 1 << 28
        with gzip.open(tmp_path / name, "wb", 1) as file:
            file.write(entry.tobuf())
            file.write(bytes(1 << 28))
    zipped(tmp_path / "bomb.npz", x_train=header((1 << 28,)) + bytes(1 << 28))
    script = f"""
import resource, sys
sys.path[:0] = {[str(Path(raw_files.__file__).parents[2])]}
from nn_modularity.datasets import raw_files
from nn_modularity.errors import StudyError
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (150 << 20),) * 2)
for name in sys.argv[1:]:
    try:
        raw_files.members(name, {SIZES | {"train-images-idx3-ubyte": 47_040_016}})
    except StudyError as error:
        print(error)
"""
    files = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(
        [sys.executable, "-c", script, *files], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(files) == 5
    assert "MemoryError" not in done.stdout


ARCHIVE = tar({"a/data_batch_1": BATCH, "train-labels-idx1-ubyte": bytes(16)})


@given(
    st.sampled_from(["a.tar.gz", "a.tar", "a.npz", "train-labels-idx1-ubyte.gz", "data_batch_1"]),
    st.sampled_from(
        [ARCHIVE, gzip.decompress(ARCHIVE), SMALL, BATCH, gzip.compress(bytes(16)), b""]
    ),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 20_000),
)
@in_one_folder
def test_any_bytes_end_in_members_or_in_words(tmp_path, name, content, changes, cut):
    (tmp_path / name).write_bytes(spoiled(content, changes, cut))
    found, said = {}, name
    try:
        found = raw_files.members(tmp_path / name, SIZES)
    except StudyError as error:
        said = str(error)
    assert name in said
    assert found.keys() <= SIZES.keys()
    assert all(len(content) <= 2 * SIZES[name] for name, content in found.items())
