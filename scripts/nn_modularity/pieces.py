"""Independent pieces of a long job: computed in parallel, kept when the job is killed."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from nn_modularity import files, logs
from nn_modularity.errors import StudyError


def fingerprint(inputs: Iterable[str | Path], code: str, settings: Any) -> str:
    """SHA-256 of all that a result depends on.

    Parameters
    ----------
    inputs : iterable of path
        Files, by content.
    code : str
        Digest of the code that makes the result.
    settings : any
        By its `repr`.
    """
    parts = [*map(files.file_sha256, inputs), code, repr(settings)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Store:
    """Finished pieces of one output file, in a hidden folder beside it.

    A killed job that starts again with the same fingerprint computes only the pieces it lacks.
    The folder goes when the block ends well, and with any older fingerprint's.

    Parameters
    ----------
    output : path
        The file that the pieces are for.
    fingerprint : str
        All that the pieces depend on, as `fingerprint` gives it.

    Examples
    --------
    >>> with Store("results/ncuts.h5", fingerprint) as store:  # doctest: +SKIP
    ...     ncuts = store.map(ncuts_of_piece, pieces, workers=4, description="Shuffles")
    ...     NullDistribution(np.concatenate(ncuts)).write("results/ncuts.h5")
    """

    def __init__(self, output: str | Path, fingerprint: str):
        output = Path(output)
        self.folder = output.parent / f".{output.name}.pieces"
        self.fingerprint = fingerprint
        self.described: set[str] = set()

    def __enter__(self) -> "Store":
        stamp = self.folder / "fingerprint.txt"
        if not (stamp.is_file() and stamp.read_text() == self.fingerprint):
            shutil.rmtree(self.folder, ignore_errors=True)
            with files.atomic(stamp) as temporary:
                temporary.write_text(self.fingerprint)
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if kind is None:
            shutil.rmtree(self.folder)

    def map(
        self,
        function: Callable[[Any], np.ndarray],
        tasks: Sequence[Any],
        *,
        workers: int,
        description: str,
    ) -> list[np.ndarray]:
        """Apply `function` to every task.

        Parameters
        ----------
        function : callable
            Task → array. It runs in a thread, so it should spend its time where Python's global
            lock is released (BLAS, compiled loops). It must not depend on other tasks.
        tasks : sequence
            One entry a piece.
        workers : int
            Threads. The results don't depend on it.
        description : str
            Names the pieces on the progress bar, and in the store: another one each time.

        Returns
        -------
        list of numpy.ndarray
            In the order of the tasks.
        """
        if description in self.described:
            raise ValueError(f"pieces named {description!r} twice would be taken for each other")
        self.described.add(description)
        paths = [self.folder / f"{description}-{number:06d}.h5" for number in range(len(tasks))]

        def piece(path: Path, task: Any) -> None:
            if _read(path) is None:
                files.write_arrays(path, {"piece": np.asarray(function(task))})

        with ThreadPoolExecutor(workers) as pool:
            running = [pool.submit(piece, *each) for each in zip(paths, tasks, strict=True)]
            try:
                for future in logs.progress(running, description=description, unit="pieces"):
                    future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [files.read_arrays(path, "piece")["piece"] for path in paths]


def _read(path: Path) -> np.ndarray | None:
    """A finished piece; None where there is none, or one that was damaged since."""
    if not path.exists():
        return None
    try:
        return files.read_arrays(path, "piece")["piece"]
    except StudyError as error:
        logs.log.warning("%s; it is computed again", error)
        return None
