from __future__ import annotations

from tests.web.browser import chromium

collect_ignore = [] if chromium() else ["test_browser.py"]
