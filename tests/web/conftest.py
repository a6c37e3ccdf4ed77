from __future__ import annotations

import pytest

from tests.web.browser import chromium

collect_ignore = [] if chromium() else ["test_browser.py", "test_database_panel.py"]


@pytest.fixture
def program() -> str:
    """The Chromium to run; tests that ask for it are left out where there is none."""
    found = chromium()
    assert found is not None
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a browser, where there is none."""
    if chromium() is None:
        items[:] = [item for item in items if "program" not in getattr(item, "fixturenames", ())]
