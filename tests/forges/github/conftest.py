from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges.github.lab import Lab, make_template


@pytest.fixture(scope="session")
def lab_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(tmp_path: Path, lab_template: Path) -> Iterator[Lab]:
    with Lab.at(tmp_path / "lab", lab_template) as made:
        yield made
