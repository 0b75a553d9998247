"""Files on disk."""

import numpy as np
import pytest

from nn_modularity import files
from nn_modularity.errors import StudyError


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), files.atomic(path) as temporary:
        temporary.write_text(f"half {1 / 0}")
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_text() == "old"


def test_a_write_removes_what_a_killed_job_left_of_the_same_file(tmp_path):
    (tmp_path / ".table.csv.abc123.csv").write_text("half")
    with files.atomic(tmp_path / "table.csv") as temporary:
        temporary.write_text("whole")
    assert (tmp_path / "table.csv").read_text() == "whole"
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


def test_equal_arrays_give_equal_bytes(tmp_path):
    arrays = {"a": np.arange(5), "group/b": np.eye(2)}
    for name in ("first.h5", "second.h5"):
        files.write_arrays(tmp_path / name, arrays, {"seed": 3})
    assert (tmp_path / "first.h5").read_bytes() == (tmp_path / "second.h5").read_bytes()


@pytest.mark.parametrize("content", [None, b"not HDF5"])
def test_an_unreadable_file_is_named(tmp_path, content):
    path = tmp_path / "data.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudyError, match=r"data\.h5"):
        files.read_arrays(path, "X")


def test_a_missing_array_is_named(tmp_path):
    path = tmp_path / "data.h5"
    files.write_arrays(path, {"a": np.zeros(1)})
    with pytest.raises(StudyError, match="labels"):
        files.read_arrays(path, "labels")


def test_the_checksum_knows_names_types_and_shapes():
    ones = np.ones(4, np.int32)
    variants = [{"a": ones}, {"b": ones}, {"a": ones.astype("i8")}, {"a": ones.reshape(2, 2)}]
    assert len({files.content_sha256(arrays) for arrays in variants}) == len(variants)
