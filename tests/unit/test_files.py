"""Files are written whole or not at all, and say the same in the same bytes."""

import os
import subprocess
import sys
import time

import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from nn_modularity import files
from nn_modularity.errors import StudyError

ARRAYS = {
    "labels": np.array([0, 1, -1]),
    "group/kernel": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 4), np.uint8),
}
ANY_ARRAY = st_numpy.arrays(
    st.sampled_from([np.uint8, np.int64, np.float32]),
    st_numpy.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
)


def names_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def write_half(path, failure):
    """Fail in the middle of writing."""
    with files.atomic(path) as temporary:
        temporary.write_text("half of it")
        raise failure


def test_a_file_is_not_there_before_it_is_whole(tmp_path):
    target = tmp_path / "new" / "table.csv"
    with files.atomic(target) as temporary:
        temporary.write_text("all of it")
        assert not target.exists()
        assert temporary.parent == target.parent
        assert temporary.suffix == ".csv"
    assert target.read_text() == "all of it"
    assert names_in(tmp_path) == ["table.csv"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path, failure):
    with pytest.raises(failure):
        write_half(tmp_path / "table.csv", failure)
    assert names_in(tmp_path) == []


def test_a_failure_leaves_the_older_file_alone(tmp_path):
    target = tmp_path / "table.csv"
    target.write_text("older")
    with pytest.raises(ZeroDivisionError):
        write_half(target, ZeroDivisionError)
    assert target.read_text() == "older"
    assert names_in(tmp_path) == ["table.csv"]


def test_a_write_removes_what_a_killed_job_left_of_the_same_file(tmp_path):
    (tmp_path / ".table.csv.abc123.csv").write_text("half")
    (tmp_path / ".other.csv.abc123.csv").write_text("another job's, still at work")
    with files.atomic(tmp_path / "table.csv") as temporary:
        temporary.write_text("whole")
    assert names_in(tmp_path) == [".other.csv.abc123.csv", "table.csv"]
    assert (tmp_path / "table.csv").read_text() == "whole"


def test_results_are_as_readable_as_any_other_file(tmp_path):
    (tmp_path / "usual").touch()
    with files.atomic(tmp_path / "result"):
        pass
    usual, result = ((tmp_path / name).stat().st_mode for name in ("usual", "result"))
    assert result == usual


def test_a_write_leaves_the_umask_alone_as_other_threads_go_by_it_too(tmp_path, monkeypatch):
    set_for_the_whole_process = []
    monkeypatch.setattr(os, "umask", set_for_the_whole_process.append)
    with files.atomic(tmp_path / "result"):
        pass
    assert not set_for_the_whole_process


def test_arrays_come_back_as_they_were(tmp_path):
    path = tmp_path / "arrays.h5"
    files.write_arrays(path, ARRAYS, {"source": "a test", "n": 3, "complete": True})
    back = files.read_arrays(path, *ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == array.dtype
    attributes = files.read_attributes(path)
    assert attributes == {"source": "a test", "n": 3, "complete": True}
    assert {name: type(value) for name, value in attributes.items()} == {
        "source": str,
        "n": int,
        "complete": bool,
    }


def test_equal_content_makes_equal_bytes(tmp_path):
    files.write_arrays(tmp_path / "a.h5", ARRAYS, {"n": 3})
    time.sleep(1.1)  # HDF5 keeps times in whole seconds
    files.write_arrays(tmp_path / "b.h5", ARRAYS, {"n": 3})
    assert files.file_sha256(tmp_path / "a.h5") == files.file_sha256(tmp_path / "b.h5")


def test_a_missing_array_is_named(tmp_path):
    files.write_arrays(tmp_path / "a.h5", {"labels": np.zeros(2)})
    with pytest.raises(StudyError, match=r"a\.h5: found \['labels'\], expected also \['ncut'\]"):
        files.read_arrays(tmp_path / "a.h5", "labels", "ncut")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"none\.h5: no such file"):
        files.read_arrays(tmp_path / "none.h5", "labels")


def test_what_is_not_hdf5_is_named(tmp_path):
    (tmp_path / "page.h5").write_text("<html>")
    with pytest.raises(StudyError, match=r"page\.h5: found 6 bytes that are not HDF5"):
        files.read_attributes(tmp_path / "page.h5", "write it anew")
    with pytest.raises(StudyError, match=r"page\.h5: found 6 bytes without their checksum"):
        files.read_attributes(tmp_path / "page.h5")


@pytest.mark.parametrize("n_bytes", [700, 3000, 40_000])
def test_a_file_cut_short_is_named(tmp_path, n_bytes):
    path = tmp_path / "cut.h5"
    files.write_arrays(path, {"a": np.arange(5000)})
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:n_bytes])
    message = rf"cut\.h5: is cut short: found {n_bytes} bytes, expected {size}; write it anew"
    with pytest.raises(StudyError, match=message):
        files.read_arrays(path, "a", advice="write it anew")


def test_a_file_open_for_writing_elsewhere_is_named(tmp_path):
    path = tmp_path / "open.h5"
    code = "import h5py, sys; file = h5py.File(sys.argv[1], 'w'); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        writer.stdout.readline()
        for advice in ("write it anew", files.MADE_AGAIN):
            with pytest.raises(StudyError, match=r"open\.h5: is open for writing elsewhere"):
                files.read_attributes(path, advice)
        writer.communicate(b"\n")


def test_what_hdf5_can_not_read_is_named(tmp_path):
    path = tmp_path / "spoiled.h5"
    files.write_arrays(path, {"a": np.arange(5000)})
    content = path.read_bytes()
    path.write_bytes(content[:608] + bytes(2000) + content[2608:])
    with pytest.raises(StudyError, match=r"spoiled\.h5: HDF5 can't read it .*; write it anew"):
        files.read_arrays(path, "a", advice="write it anew")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    (tmp_path / "a.h5").mkdir()
    with pytest.raises(StudyError, match=r"a\.h5: found a folder; expected an HDF5 file there"):
        files.read_attributes(tmp_path / "a.h5")


def test_of_a_users_own_file_another_advice_is_given(tmp_path):
    (tmp_path / "page.h5").write_text("<html>")
    files.write_arrays(tmp_path / "other.h5", {"x": np.zeros(2)})
    for name in ("page.h5", "other.h5"):
        with pytest.raises(StudyError, match=r"; write it anew$"):
            files.read_arrays(tmp_path / name, "a", advice="write it anew")


@given(ANY_ARRAY)
def test_the_checksum_does_not_depend_on_memory_layout(array):
    assert files.content_sha256({"a": array}) == files.content_sha256(
        {"a": np.asfortranarray(array)}
    )


def test_the_checksum_does_not_depend_on_the_order_of_names():
    turned = dict(reversed(ARRAYS.items()))
    assert files.content_sha256(ARRAYS) == files.content_sha256(turned)


@pytest.mark.parametrize(
    "other",
    [
        {"b": np.arange(6)},
        {"a": np.arange(6).reshape(2, 3)},
        {"a": np.arange(6, dtype=np.uint64)},
        {"a": np.array([0, 1, 2, 3, 5, 4])},
        {"a": np.arange(6), "b": np.zeros(0)},
    ],
)
def test_the_checksum_sees_names_shapes_types_and_values(other):
    assert files.content_sha256({"a": np.arange(6)}) != files.content_sha256(other)


def test_reading_closes_the_file(tmp_path):
    path = tmp_path / "a.h5"
    files.write_arrays(path, ARRAYS)
    files.read_arrays(path, "labels")
    with h5py.File(path, "r+") as file:  # HDF5 refuses to write what is open elsewhere
        file.attrs["again"] = 1


def test_a_table_has_empty_cells_for_what_there_is_not_and_nothing_infinite(tmp_path):
    table = pd.DataFrame({"model": ["a", "b"], "z_score": [-1.5, np.nan]})
    files.write_csv(tmp_path / "table.csv", table)
    assert (tmp_path / "table.csv").read_text() == "model,z_score\na,-1.5\nb,\n"
    with pytest.raises(ValueError, match=r"infinite numbers in .*z_score"):
        files.write_csv(tmp_path / "other.csv", table.assign(z_score=np.inf))
    assert not (tmp_path / "other.csv").exists()
