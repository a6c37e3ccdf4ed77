from __future__ import annotations

import json

from tests.clients.install import HERE


def test_the_lock_pins_contents_and_names_no_registry() -> None:
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert all("integrity" in entry and "resolved" not in entry for path, entry in packages.items() if path)
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert packages[""]["dependencies"] == wanted
