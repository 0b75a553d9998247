"""Compare the study's numbers with the published ones, cell by cell."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.lesions import taxonomy
from nn_modularity.lesions.results import DoubleTest, SingleTest
from nn_modularity.paper import comparison, own_numbers, published_numbers


def main(job):
    settings, given = job.params.comparison, job.input
    n_shuffles = settings["n_shuffles"]
    # The thresholds are the published ones, whatever the study's tables use.
    rule, single_rule = (taxonomy.Rule(n_shuffles[name]) for name in ("joint lesion", "lesion"))
    own, complete = [], {}
    for path in given.stability:
        table = pd.read_csv(path)
        own.append(own_numbers.stability(table).assign(source=path))
        complete |= own_numbers.data_complete(table)
    for path, counts, place in zip(given.lesions, given.counts, settings["lesions"], strict=True):
        found = own_numbers.single(pd.read_csv(path), single_rule, **place)
        own.append(found.assign(source=path))
        complete[place["model"]] = SingleTest.read(counts).data_complete
    for model, counts, *paths in zip(
        settings["pairs"],
        *(given.pair_counts, given.single, given.joint, given.conditional),
        strict=True,
    ):
        single, joint, conditional = map(pd.read_csv, paths)
        found = own_numbers.pairs(
            single, joint, conditional, rule, single_rule, model, settings["k_of_pairs"]
        )
        own.append(found.assign(source=paths[1].rpartition("/")[0]))
        complete[model] = DoubleTest.read(counts).data_complete
    for path in given.learning_curve:
        table = pd.read_csv(path)
        found = own_numbers.learning_curves(table, settings["k_of_curves"])
        own.append(found.assign(source=path))
        complete |= own_numbers.data_complete(table)
    published = published_numbers.read(settings["published"])
    recipes = pd.read_csv(f"{settings['published']}/recipes.csv", index_col="model")
    remarks = comparison.remarks(settings["recipes"], recipes, complete, n_shuffles)
    own = pd.concat(own, ignore_index=True)
    files.write_csv(job.output.table, comparison.compare(published, own, remarks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
