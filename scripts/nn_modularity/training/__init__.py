"""Training and pruning. The only wing that imports TensorFlow."""
