"""Raw images to datasets: sources, generators, mixtures."""
