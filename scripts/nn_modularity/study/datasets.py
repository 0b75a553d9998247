"""What datasets are made from."""

from dataclasses import dataclass
from typing import Any

from nn_modularity.datasets import raw_folder
from nn_modularity.study import paths
from nn_modularity.study.study import Study


@dataclass(frozen=True)
class Datasets:
    """Inputs and settings of the rules that make ``data/{dataset}.h5``."""

    study: Study

    def settings(self, wildcards: Any) -> dict[str, Any]:
        """What a dataset is made from."""
        dataset = self.study.datasets[wildcards.dataset].model_dump()
        return {"seed": self.study.seed, "dataset": wildcards.dataset, **dataset}

    def raw_files(self, wildcards: Any) -> list[str]:
        """Files that the user put into the dataset's raw folder.

        They are named, so that adding one makes the dataset again; their times need not count,
        for only files with the one published content are ever accepted.
        """
        if "raw" not in self.study.datasets[wildcards.dataset].sources:
            return []
        return list(map(str, raw_folder.user_files(raw_folder.of(wildcards.dataset))))

    def parts(self, wildcards: Any) -> dict[str, str]:
        """The two datasets of a mixture."""
        first, second = self.study.datasets[wildcards.dataset].of
        return {
            "first": paths.DATASET.format(dataset=first),
            "second": paths.DATASET.format(dataset=second),
        }

    def own_file(self, wildcards: Any) -> str:
        """The file of a dataset of the user's own."""
        return self.study.datasets[wildcards.dataset].file
