from __future__ import annotations

import pytest

from tests.web.browser import chromium

PROGRAM = chromium()
collect_ignore = [] if PROGRAM else ["test_browser.py"]


def pytest_report_header(config: pytest.Config) -> str:
    if PROGRAM is None:
        return "console: no Chromium on the path or in PALAVER_CHROMIUM, so tests/web/test_browser.py is left out"
    return f"console: tests/web/test_browser.py runs in {PROGRAM}"
