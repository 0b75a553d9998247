"""What a job inherits doesn't depend on the user's shell."""

import os
import signal
import sys
import threading

import pytest

from nn_modularity.study import jobs


@pytest.fixture(autouse=True)
def shell(monkeypatch):
    """Environment and interpreter are set back after each test."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(sys, "executable", "/env/bin/python3.11")
    os.environ.pop("PYTHONPATH", None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "/mine/scripts"),
        ("", "/mine/scripts"),
        ("/other/scripts:/lib", "/mine/scripts:/other/scripts:/lib"),
        ("/other/scripts:/mine/scripts", "/mine/scripts:/other/scripts"),
    ],
)
def test_the_own_library_comes_first_and_once(before, after):
    if before is not None:
        os.environ["PYTHONPATH"] = before
    jobs.inherit("/mine/scripts")
    jobs.inherit("/mine/scripts")
    assert os.environ["PYTHONPATH"] == after


def test_jobs_draw_into_files():
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    jobs.inherit("/mine/scripts")
    assert os.environ["MPLBACKEND"] == "agg"


def test_jobs_know_the_run_that_they_end_with():
    jobs.inherit("/mine/scripts")
    assert os.environ["NN_MODULARITY_RUN"] == str(os.getpid())


def test_an_interpreter_that_a_shell_can_read_is_left_as_it_is():
    path = os.environ["PATH"]
    jobs.inherit("/mine/scripts")
    assert sys.executable == "/env/bin/python3.11"
    assert os.environ["PATH"] == path


@pytest.mark.parametrize("name", ["My Projects", "it's", "a & b", "$HOME", "(1)"])
def test_an_interpreter_that_would_need_quotes_is_found_by_name(monkeypatch, name):
    monkeypatch.setattr(sys, "executable", f"/{name}/bin/python3.11")
    jobs.inherit("/mine/scripts")
    assert sys.executable == "python3.11"
    assert os.environ["PATH"].split(os.pathsep)[0] == f"/{name}/bin"


@pytest.fixture
def handled():
    """Function () -> the handler of SIGTERM; it is set back after the test."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield lambda: signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, before)


def test_a_terminated_run_ends_in_order(handled):
    jobs.end_in_order()
    with pytest.raises(SystemExit, match="143"):
        signal.raise_signal(signal.SIGTERM)


def test_what_listens_to_sigterm_already_stays(handled):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    jobs.end_in_order()
    assert handled() is signal.SIG_IGN


def test_a_thread_sets_no_handler(handled):
    thread = threading.Thread(target=jobs.end_in_order)
    thread.start()
    thread.join()
    assert handled() is signal.SIG_DFL
