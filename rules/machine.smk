"""Where jobs run: on this machine, or in a cluster's queue."""

from nn_modularity.study import queue
from snakemake.logging import logger


onstart:
    if workflow.nodes is not None:
        queue.watch(workflow.workdir_init, logger.info)
