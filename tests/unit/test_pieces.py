"""Resumable pieces."""

import numpy as np
import pytest

from nn_modularity import pieces


class Interrupted(Exception):
    pass


def squares(calls, fail_at=None):
    def square(number):
        if fail_at is not None and number >= fail_at:
            raise Interrupted
        calls.append(number)
        return np.array([number**2])

    return square


def test_results_come_in_order_whatever_the_number_of_workers(tmp_path):
    for workers in (1, 4):
        with pieces.Store(tmp_path / "out.h5", "same") as store:
            results = store.map(squares([]), range(20), workers=workers, description="squares")
        assert np.concatenate(results).tolist() == [n**2 for n in range(20)]
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fingerprint", "recomputed"), [("same", [3, 4]), ("other", [0, 1, 2, 3, 4])]
)
def test_a_later_start_computes_only_what_is_missing(tmp_path, fingerprint, recomputed):
    with pytest.raises(Interrupted), pieces.Store(tmp_path / "out.h5", "same") as store:
        store.map(squares([], fail_at=3), range(5), workers=1, description="squares")
    calls = []
    with pieces.Store(tmp_path / "out.h5", fingerprint) as store:
        results = store.map(squares(calls), range(5), workers=1, description="squares")
    assert sorted(calls) == recomputed
    assert np.concatenate(results).tolist() == [0, 1, 4, 9, 16]
