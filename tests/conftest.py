"""What several tests need: a home of its own, the folder of real input, the fictional regions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from archive.home import LOCK_HELD, Home
from tests.command import keep_compiled

if TYPE_CHECKING:
    from datasette.app import Datasette

# The suite tries the same examples each time, however busy the machine; `--hypothesis-profile random` tries others.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("fixed")

# The suite starts some hundred processes.
keep_compiled(os.environ)

# The files that take longest begin first, so that no worker is left alone with one of them at the end: a file stays on
# one worker, whose fixtures it shares (--dist loadfile).
LONGEST = (
    "test_demo", "test_new_source", "test_crawl", "test_unattended", "test_bad_input", "test_serve", "test_gold",
    "test_faults", "test_cluster", "test_gold_units", "test_articles", "test_browser", "test_provincial",
    "test_examiners", "test_manners", "test_publish",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of LONGEST first."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the archive of the person who runs it."""
    for name in ("BAOGAO_HOME", LOCK_HELD, "BAOGAO_REPLAY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home").prepare()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the small archive, published; a module that changes it has its own."""
    from archive.publish import publish
    from tests.small_archive import write_small_archive

    home = write_small_archive(tmp_path_factory.mktemp("published"))
    publish(home)
    return home


@pytest.fixture(scope="module")
def site(published: Home) -> Iterator[Datasette]:
    """The site of the published snapshot, asked without a socket."""
    from archive.site import make_app

    site = make_app(published.snapshot)
    yield site
    site.get_database("reports").close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the checkout; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("skipped: the real input (../shared) is not at hand")
    return SHARED


@pytest.fixture
def as_ordinary_user() -> None:
    """Skip what root is never refused."""
    if os.geteuid() == 0:
        pytest.skip("skipped: root is refused nothing by file permissions")
