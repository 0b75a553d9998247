"""Pages in a headless browser, and what they complain of."""

from pathlib import Path


def visit(browser, path: Path, width: int = 1200):
    """A page in a browser, and a list of what it complains of or asks the network for."""
    tab, trouble = browser.new_page(viewport={"width": width, "height": 900}), []
    tab.on("console", lambda m: trouble.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:"))
            else trouble.append(request.url)
        ),
    )
    tab.goto(path.as_uri())
    return tab, trouble
