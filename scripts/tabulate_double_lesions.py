"""Tables of one network's double lesions: what pairs do, and which sub-module depends on which."""

from nn_modularity import files, logs
from nn_modularity.graphs import of_files
from nn_modularity.lesions import dependencies, taxonomy
from nn_modularity.lesions.results import DoubleTest, SingleTest
from nn_modularity.networks.labelling import Labelling
from nn_modularity.tables import lesions, pairs


def main(job):
    single_rule = taxonomy.Rule(**job.params.single_rule)
    rule = taxonomy.Rule(**job.params.rule)
    graph = of_files.graph(of_files.read(job.input.network, **job.params.graph))
    labelling = Labelling.read(job.input.clustering)
    test = DoubleTest.read(job.input.double)

    single = lesions.single(SingleTest.read(job.input.single), single_rule)
    conditional = pairs.conditional(test, single, rule, single_rule)
    made = {
        "single": single,
        "joint": pairs.joint(test, single, rule),
        "conditional": conditional,
        "dependencies": dependencies.dependencies(single, conditional),
        "paths": dependencies.weight_paths(graph.between, labelling),
    }
    for name, table in made.items():
        files.write_csv(job.output[name], table)


if __name__ == "__main__":
    main(logs.start(snakemake))  # noqa: F821
