"""What datasets are made from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nn_modularity.datasets import raw_folder
from nn_modularity.study import paths
from nn_modularity.study.sections import Published
from nn_modularity.study.study import Study


@dataclass(frozen=True)
class Datasets:
    """Inputs and settings of the rules that make ``data/{dataset}.h5``."""

    study: Study

    def settings(self, wildcards: Any) -> dict[str, Any]:
        """All that a dataset's content depends on, and nothing else."""
        name = wildcards.dataset
        dataset = self.study.datasets[name]
        if not isinstance(dataset, Published):
            return {"seed": self.study.seed, "dataset": name, **dataset.model_dump()}
        settings = {"dataset": name, "name": dataset.name, "may_be_subset": dataset.may_be_subset}
        # The seed splits the subset; a whole set is split as published.
        return {**settings, "seed": self.study.seed} if dataset.may_be_subset else settings

    def search(self, wildcards: Any, input: Any) -> dict[str, Any]:
        """Where a published dataset is looked for, which doesn't change what it is.

        Snakemake compares no parameter that follows from a rule's inputs; files of the user's own
        are among these.
        """
        published = self.study.datasets[wildcards.dataset]
        return published.model_dump(include={"sources", "torchvision", "mirrors", "timeout"})

    def raw_files(self, wildcards: Any) -> list[str]:
        """Files in the raw folder of a dataset that may be a subset: with them it becomes whole.

        They are named, so that adding one makes the dataset again; their times need not count,
        for only files with the one published content are ever accepted.
        """
        if not self.study.datasets[wildcards.dataset].may_be_subset:
            return []
        return list(map(str, raw_folder.user_files(raw_folder.of(wildcards.dataset))))

    def parts(self, wildcards: Any) -> dict[str, str]:
        """The two datasets of a mixture."""
        of = self.study.datasets[wildcards.dataset].of
        names = zip(("first", "second"), of, strict=True)
        return {part: paths.DATASET.format(dataset=name) for part, name in names}

    def source(self, wildcards: Any) -> str:
        """The dataset that pairs are made of."""
        return paths.DATASET.format(dataset=self.study.datasets[wildcards.dataset].of)

    def own_file(self, wildcards: Any) -> str:
        """The file, or the folder of images, of a dataset of the user's own."""
        return str(Path(self.study.datasets[wildcards.dataset].file).expanduser())

    def own_tests(self, wildcards: Any) -> list[str]:
        """Its file of test samples, if it has one."""
        tests = self.study.datasets[wildcards.dataset].test_file
        return [str(Path(tests).expanduser())] if tests else []

    def own_images(self, wildcards: Any) -> str | None:
        """Digest of the names, sizes and times of a folder's files: of it Snakemake sees one time.

        None of a dataset that is no folder.
        """
        folder = Path(self.study.datasets[wildcards.dataset].file).expanduser()
        if not folder.is_dir():
            return None
        found = sorted((str(path), path.stat()) for path in folder.rglob("*") if path.is_file())
        listing = [(path, stat.st_size, stat.st_mtime_ns) for path, stat in found]
        return hashlib.sha256(repr(listing).encode()).hexdigest()[:16]

    def own_memory(self, wildcards: Any) -> int:
        """MB for adopting a dataset: packed files unpack to ten times their size."""
        return 1000 + 40 * self._own_megabytes(wildcards)

    def own_runtime(self, wildcards: Any) -> int:
        """Minutes for adopting a dataset: at least a megabyte a second."""
        return 10 + self._own_megabytes(wildcards) // 60

    def _own_megabytes(self, wildcards: Any) -> int:
        return _megabytes([self.own_file(wildcards), *self.own_tests(wildcards)])


def _megabytes(paths: Iterable[str]) -> int:
    """Size of some files, and of those in some folders; what isn't there yet counts nothing."""
    every = [file for path in map(Path, paths) for file in (path, *path.rglob("*"))]
    return sum(file.stat().st_size for file in every if file.is_file()) >> 20
