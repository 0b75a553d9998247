"""Every module of figures reads and draws one."""

import inspect
import pkgutil
from importlib import import_module

import pytest

from nn_modularity import figures

MODULES = [module.name for module in pkgutil.iter_modules(figures.__path__) if not module.ispkg]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_reads_inputs_and_draws_what_it_read(name):
    module = import_module(f"{figures.__name__}.{name}")
    assert next(iter(inspect.signature(module.read).parameters)) == "inputs"
    draw = module.pages if name == "clustering_report" else module.draw
    assert len(inspect.signature(draw).parameters) == 1
