"""What a job asks of a machine or a cluster: more with every attempt."""

from collections.abc import Callable
from typing import Any

SNAKEMAKE_MB = 300
"""A cluster counts Snakemake's own two processes beside a job's, 135 MB each, as the job's."""

Amount = int | Callable[[Any], int]
"""A number, or a function of a job's wildcards."""


def memory(job: Amount) -> Callable[[Any, int], int]:
    """Resource ``mem_mb`` of a rule.

    Parameters
    ----------
    job : int or function of wildcards
        MB that the script needs, measured.

    Returns
    -------
    function (wildcards, attempt) → int
        Room for Snakemake as well, and as much again with every further attempt: a job that was
        killed for its memory starts with more.
    """
    return _growing(job, SNAKEMAKE_MB)


def minutes(job: Amount) -> Callable[[Any, int], int]:
    """Resource ``runtime`` of a rule, as much again with every further attempt.

    Parameters
    ----------
    job : int or function of wildcards
        Minutes that the job takes at most.
    """
    return _growing(job, 0)


def _growing(job: Amount, beside: int) -> Callable[[Any, int], int]:
    def ask(wildcards: Any, attempt: int) -> int:
        own = job(wildcards) if callable(job) else job
        return (own + beside) * attempt

    return ask
