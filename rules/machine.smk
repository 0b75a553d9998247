"""Where jobs run: on this machine's GPUs, or where a cluster has them."""

from nn_modularity.training import gpu

# One training a GPU, unless a profile or the command line says otherwise. On a cluster its
# scheduler hands GPUs out.
if workflow.nodes is None and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", len(gpu.usable()))
