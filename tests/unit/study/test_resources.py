"""Jobs ask for what they need and, after a failure, for more."""

import pytest

from nn_modularity.study import resources


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_memory_holds_snakemake_as_well_and_grows_with_every_attempt(attempt):
    ask = resources.memory(500)
    assert ask({}, attempt=attempt) == attempt * (500 + resources.SNAKEMAKE_MB)


def test_time_grows_with_every_attempt():
    ask = resources.minutes(10)
    assert [ask({}, attempt=attempt) for attempt in (1, 2, 3)] == [10, 20, 30]


def test_needs_may_depend_on_the_job():
    ask = resources.minutes(lambda wildcards: 60 if wildcards["model"] == "CNN" else 5)
    assert ask({"model": "CNN"}, attempt=1) == 60
    assert ask({"model": "MLP"}, attempt=2) == 10
