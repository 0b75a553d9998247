"""Forward passes, intact and damaged, without TensorFlow."""
