"""Compare the study's numbers with the published ones, cell by cell."""

import pandas as pd

from nn_modularity import files, logs
from nn_modularity.lesions import taxonomy
from nn_modularity.paper import comparison, own_numbers, published_numbers


def main(job):
    settings, given = job.params.comparison, job.input
    n_shuffles = settings["n_shuffles"]
    # The thresholds are the published ones, whatever the study's tables use.
    rule, single_rule = (taxonomy.Rule(n_shuffles[name]) for name in ("joint lesion", "lesion"))
    own = [own_numbers.stability(pd.read_csv(path)).assign(source=path) for path in given.stability]
    for path, place in zip(given.lesions, settings["lesions"], strict=True):
        counts = own_numbers.single(pd.read_csv(path), single_rule, **place)
        own.append(counts.assign(source=path))
    for model, *paths in zip(
        settings["pairs"], given.single, given.joint, given.conditional, strict=True
    ):
        single, joint, conditional = map(pd.read_csv, paths)
        counts = own_numbers.pairs(
            single, joint, conditional, rule, single_rule, model, settings["k_of_pairs"]
        )
        own.append(counts.assign(source=paths[1].rpartition("/")[0]))
    for path in given.learning_curve:
        curves = own_numbers.learning_curves(pd.read_csv(path), settings["k_of_curves"])
        own.append(curves.assign(source=path))
    complete = {
        name: bool(files.read_attributes(path)["complete"])
        for name, path in zip(settings["datasets"], given.data, strict=True)
    }
    published = published_numbers.read(settings["published"])
    recipes = pd.read_csv(f"{settings['published']}/recipes.csv", index_col="model")
    remarks = comparison.remarks(settings["models"], recipes, complete, n_shuffles)
    own = pd.concat(own, ignore_index=True)
    files.write_csv(job.output.table, comparison.compare(published, own, remarks))


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
