"""Where jobs run: on this machine and its GPUs, or in a cluster's queue."""

from nn_modularity.study import queue
from nn_modularity.training import gpu
from snakemake.logging import logger

# One training a GPU, unless a profile or the command line says otherwise. On a cluster its
# scheduler hands GPUs out.
if workflow.nodes is None and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", len(gpu.usable()))


onstart:
    say(outcome.replacement(made_again(workflow.dag)))
    if workflow.nodes is not None:
        queue.watch(workflow.workdir_init, logger.info)
