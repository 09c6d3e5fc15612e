"""The site in a real browser, at desktop and phone width: no console error, no request to another host."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archive.home import Home
from archive.publish import publish
from tests.serving import serving
from tests.small_archive import write_small_archive

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"skipped: there is no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = write_small_archive(tmp_path_factory.mktemp("browser"))
    publish(home)
    return home


@pytest.fixture(scope="module")
def address(home: Home) -> Iterator[str]:
    with serving(home) as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page that fails the test for a console error, an uncaught one, or a request that leaves the site."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale="zh-CN")
    context.set_default_timeout(15_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else wrong.append(sent.url))
    page.on("requestfailed", lambda sent: wrong.append(f"{sent.url} {sent.failure}"))
    yield page
    context.close()
    assert wrong == []


def fits(page: Any) -> bool:
    """Whether the page is no wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_from_the_front_page_by_search_to_a_report(page: Any) -> None:
    page.goto("/")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert fits(page)
    page.get_by_role("searchbox").fill("营商环境")
    page.get_by_role("button", name="检索全文").click()
    sync_api.expect(page.get_by_role("status")).to_contain_text("份报告含有“营商环境”")
    assert fits(page)
    assert page.locator("mark").first.inner_text() == "營商環境"
    page.get_by_role("link", name="2020年甲子区人民政府工作报告").click()
    sync_api.expect(page.locator("h1")).to_have_text("2020年甲子区人民政府工作报告")
    # The link leads to the first hit, which is in view.
    assert page.url.endswith("#hit")
    sync_api.expect(page.locator("#hit")).to_be_in_viewport()
    assert fits(page)
    page.get_by_role("navigation", name="目录").get_by_role("link", name="二、2020年工作安排").click()
    sync_api.expect(page.get_by_role("heading", name="二、2020年工作安排")).to_be_in_viewport()
    page.locator(".years").get_by_role("link", name="2024").click()
    sync_api.expect(page.locator("h1")).to_have_text("2024年甲子区人民政府工作报告")


def test_from_the_grid_to_a_damaged_report(page: Any) -> None:
    page.goto("/")
    page.get_by_role("link", name="丙寅县2019年，残缺").click()
    sync_api.expect(page.locator(".trust")).to_contain_text("通篇缺字：我")
    assert fits(page)


def test_the_download_is_the_published_file(page: Any, home: Home) -> None:
    page.goto("/")
    with page.expect_download() as started:
        page.get_by_role("link", name="下载 reports.db").click()
    assert started.value.suggested_filename.startswith("reports-")
    published = sha256(home.snapshot.read_bytes()).hexdigest()
    assert sha256(Path(started.value.path()).read_bytes()).hexdigest() == published
    assert published in page.locator("main").inner_text()


@pytest.mark.parametrize(
    "path",
    ["/reports/reports", "/reports/reports?_view=table", "/reports", "/reports/copies", "/reports/regions/990101-1990",
     "/reports?sql=select+*+from+reports", "/reports/reports/990102-2019", "/reports/reports/990121-2021"],
)  # fmt: skip
def test_every_page_fits_and_is_quiet(page: Any, path: str) -> None:
    assert page.goto(path).ok
    assert fits(page)


def test_the_keyboard_reaches_the_text_first(page: Any) -> None:
    page.goto("/reports/reports/990101-2020")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"


def test_dark_mode_has_light_words_on_dark(page: Any) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/reports/reports/990101-2020")
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(red, green, blue) < 64
