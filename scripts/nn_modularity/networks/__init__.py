"""Networks on disk: layers with their weights, checkpoints of a training."""
