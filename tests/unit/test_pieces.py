"""A killed job takes up its work where it stopped, and ends in the same numbers."""

import threading

import numpy as np
import pytest

from nn_modularity import pieces

TASKS = [3, 1, 2, 5, 4]


class Squares:
    """Squares its tasks, remembers them, and may fail at one of them."""

    def __init__(self, fails_at=None):
        self.done = []
        self.fails_at = fails_at
        self.lock = threading.Lock()

    def __call__(self, task):
        if task == self.fails_at:
            raise RuntimeError(f"killed at {task}")
        with self.lock:
            self.done.append(task)
        return np.array([task, task**2])


def run(output, function, fingerprint="settings", workers=1, description="Squares"):
    with pieces.Store(output, fingerprint) as store:
        return store.map(function, TASKS, workers=workers, description=description)


def killed(output, at, fingerprint="settings"):
    """Run until the job dies at one task; the tasks that were done."""
    squares = Squares(fails_at=at)
    with pytest.raises(RuntimeError, match=f"killed at {at}"):
        run(output, squares, fingerprint)
    return squares.done


@pytest.fixture
def output(tmp_path):
    return tmp_path / "results" / "ncuts.h5"


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_the_order_of_the_tasks(output, workers):
    results = run(output, Squares(), workers=workers)
    np.testing.assert_array_equal(results, [[task, task**2] for task in TASKS])


def test_nothing_is_left_when_the_work_is_done(output):
    run(output, Squares())
    assert list(output.parent.iterdir()) == []


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:700], bytes.swapcase]
)
def test_a_damaged_piece_is_computed_again(output, damage):
    killed(output, at=4)
    piece = sorted((output.parent / ".ncuts.h5.pieces").glob("*.h5"))[1]
    piece.write_bytes(damage(piece.read_bytes()))
    again = Squares()
    results = run(output, again)
    np.testing.assert_array_equal(results, [[task, task**2] for task in TASKS])
    assert sorted(again.done) == [1, 4]


def test_a_second_start_computes_only_what_is_missing(output):
    done = killed(output, at=2)
    again = Squares()
    results = run(output, again)
    assert done[:2] == [3, 1]
    assert again.done == [task for task in TASKS if task not in done]
    np.testing.assert_array_equal(results, [[task, task**2] for task in TASKS])


def test_pieces_of_other_settings_are_not_used(output):
    killed(output, at=2, fingerprint="older settings")
    again = Squares()
    run(output, again, fingerprint="settings")
    assert again.done == TASKS


def test_pieces_without_their_fingerprint_are_not_used(output):
    killed(output, at=2)
    (stamp,) = output.parent.rglob("fingerprint.txt")
    stamp.unlink()
    again = Squares()
    run(output, again)
    assert again.done == TASKS


def test_a_failure_after_the_pieces_keeps_them(output):
    def fill_the_disk():
        with pieces.Store(output, "settings") as store:
            store.map(Squares(), TASKS, workers=2, description="Squares")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fill_the_disk()
    again = Squares()
    run(output, again)
    assert again.done == []


def test_two_maps_of_one_store_are_kept_apart(output):
    with pieces.Store(output, "settings") as store:
        squares = store.map(Squares(), TASKS, workers=1, description="Squares")
        twice = store.map(lambda task: 2 * task, TASKS, workers=1, description="Twice")
    assert [int(each) for each in twice] == [2 * task for task in TASKS]
    assert squares[0].tolist() == [3, 9]


def test_two_outputs_in_one_folder_are_kept_apart(output):
    killed(output, at=2)
    other = Squares()
    run(output.with_name("other.h5"), other)
    assert other.done == TASKS


def test_pieces_of_any_shape_and_type_come_back(output):
    made = [np.float64(0.1), np.zeros((0, 3)), np.array([True, False]), np.arange(3, dtype="i2")]
    with pieces.Store(output, "settings") as store:
        results = store.map(
            lambda number: made[number], range(len(made)), workers=2, description="Shapes"
        )
    for result, expected in zip(results, made, strict=True):
        np.testing.assert_array_equal(result, expected)
        assert result.dtype == expected.dtype


def test_a_fingerprint_tells_inputs_code_and_settings_apart(tmp_path):
    network, data = tmp_path / "network.h5", tmp_path / "data.h5"
    network.write_text("network")
    data.write_text("data")
    known = pieces.fingerprint([network, data], "code", {"k": 4})
    assert known == pieces.fingerprint([network, data], "code", {"k": 4})
    others = [
        pieces.fingerprint([data, network], "code", {"k": 4}),
        pieces.fingerprint([network], "code", {"k": 4}),
        pieces.fingerprint([network, data], "edited", {"k": 4}),
        pieces.fingerprint([network, data], "code", {"k": 2}),
    ]
    network.write_text("another network")
    others.append(pieces.fingerprint([network, data], "code", {"k": 4}))
    assert len({known, *others}) == 6


def test_pieces_of_one_name_are_not_taken_for_each_other(tmp_path):
    with pieces.Store(tmp_path / "out.h5", "same") as store:
        store.map(np.square, [1], workers=1, description="A")
        with pytest.raises(ValueError, match="'A' twice"):
            store.map(np.square, [2], workers=1, description="A")
