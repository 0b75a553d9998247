"""How modular are trained neural networks? The library behind the workflow."""
