"""What is asked: the configuration and what each stage reads. Only the Snakefile imports it."""
