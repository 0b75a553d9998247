"""Tables of one network's double lesions: what pairs do, and which sub-module depends on which."""

from nn_modularity import files, logs
from nn_modularity.lesions import dependencies, taxonomy
from nn_modularity.lesions.pairs import DoubleTest
from nn_modularity.lesions.single import SingleTest
from nn_modularity.networks import weights
from nn_modularity.tables import lesions, pairs


def main(job):
    single_rule = taxonomy.Rule(**job.params.single_rule)
    rule = taxonomy.Rule(**job.params.rule)
    labels = files.read_arrays(job.input.clustering, "labels")["labels"]
    single_test = SingleTest(**files.read_arrays(job.input.single, *SingleTest.__annotations__))
    test = DoubleTest(**files.read_arrays(job.input.double, *DoubleTest.__annotations__))

    network = weights.read(job.input.network, files.MADE_AGAIN)
    single = lesions.single(single_test, single_rule)
    conditional = pairs.conditional(test, single, rule, single_rule)
    made = {
        "single": single,
        "joint": pairs.joint(test, single, rule),
        "conditional": conditional,
        "dependencies": dependencies.dependencies(single, conditional),
        "paths": dependencies.weight_paths(network.kernels, labels),
    }
    for name, table in made.items():
        files.write_csv(job.output[name], table)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
