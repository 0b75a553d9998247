"""What all tests share."""

import shutil

import pytest
from hypothesis import settings

# How long an example takes says nothing on a busy machine, or where a function is compiled first.
settings.register_profile("study", deadline=None)
settings.load_profile("study")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, where one is installed."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
