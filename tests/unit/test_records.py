"""Records: a small frozen object is what one HDF5 file holds."""

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import h5py
import numpy as np
import pytest

from nn_modularity import files
from nn_modularity.errors import StudyError
from nn_modularity.records import Record


@dataclass(frozen=True, eq=False)
class Measured(Record):
    values: np.ndarray
    widths: tuple[int, ...]
    n: int
    ncut: float
    is_whole: bool
    kind: ClassVar[str] = "no field"


@dataclass(frozen=True, eq=False)
class More(Measured):
    other: np.ndarray


RECORD = Measured(np.array([[1, 2], [3, 4]]), (784, 10), 3, 0.1, False)


def test_a_record_reads_back_with_its_values_and_types(tmp_path):
    RECORD.write(tmp_path / "record.h5")
    found = Measured.read(tmp_path / "record.h5")
    assert found.values.dtype == RECORD.values.dtype
    np.testing.assert_array_equal(found.values, RECORD.values)
    assert (found.widths, found.n, found.ncut) == ((784, 10), 3, 0.1)
    assert [type(found.n), type(found.ncut), type(found.widths[0])] == [int, float, int]
    assert found.is_whole is False


def test_flags_are_attributes_and_all_else_datasets(tmp_path):
    RECORD.write(tmp_path / "record.h5")
    with h5py.File(tmp_path / "record.h5") as file:
        assert set(file) == {"values", "widths", "n", "ncut"}
        assert dict(file.attrs) == {"is_whole": False}


def test_the_same_record_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        RECORD.write(tmp_path / name)
    assert files.file_sha256(tmp_path / "first") == files.file_sha256(tmp_path / "second")


def test_a_record_of_more_can_be_read_as_one_of_less(tmp_path):
    More(**vars(RECORD), other=np.zeros(3)).write(tmp_path / "more.h5")
    assert Measured.read(tmp_path / "more.h5").widths == RECORD.widths


@pytest.mark.parametrize(
    ("arrays", "attributes", "missing"),
    [
        ({"values": np.zeros(2)}, {"is_whole": True}, "widths"),
        ({name: np.zeros(2) for name in ("values", "widths", "n", "ncut")}, {}, "is_whole"),
    ],
)
def test_what_is_missing_is_named_with_the_file(tmp_path, arrays, attributes, missing):
    files.write_arrays(tmp_path / "record.h5", arrays, attributes)
    with pytest.raises(StudyError, match=rf"record.h5: found .*expected also .*{missing}"):
        Measured.read(tmp_path / "record.h5")


def test_a_record_does_not_change():
    with pytest.raises(FrozenInstanceError):
        RECORD.n = 4
