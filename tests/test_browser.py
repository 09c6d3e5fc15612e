"""The site in a real browser, every page in both languages, at desktop and phone width, light and dark.

A console error, an uncaught one or a request to another host fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archive.home import Home
from tests.browsing import CHROMIUM, LOST, PAGES, SIZES, open_browser
from tests.serving import serving

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"skipped: there is no browser at {CHROMIUM}")

# Elements whose own words stand out less against what is behind them than WCAG 2.2 asks (1.4.3: 4.5, large words 3).
FAINT = """() => {
  const parse = text => {
    const found = text.match(/[\\d.]+/g).map(Number), unit = text.startsWith("color(") ? 255 : 1;
    return [found[0] * unit, found[1] * unit, found[2] * unit, found[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = color => color.slice(0, 3).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!own || style.visibility === "hidden" || style.opacity === "0" || box.width < 2 || box.height < 2) continue;
    const under = behind(element), words = over(parse(style.color), under);
    const [high, low] = [light(words), light(under)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (high + .05) / (low + .05);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(faint)];
}"""


@pytest.fixture(scope="module")
def address(published: Home) -> Iterator[str]:
    with serving(published) as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser


def open_page(browser: Any, address: str, wrong: list[str], language: str = "zh-CN", size: str = "desktop") -> Any:
    """A page that notes in `wrong` what goes wrong: console errors, uncaught ones, requests that leave the site."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale=language)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else wrong.append(sent.url))
    page.on("requestfailed", lambda sent: note_failure(sent, wrong))
    return page


def note_failure(sent: Any, wrong: list[str]) -> None:
    """Note a request that failed; one that was dropped because the reader went on has not."""
    if "ERR_ABORTED" not in str(sent.failure):
        wrong.append(f"{sent.url} {sent.failure}")


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A Chinese page at desktop or phone width in which nothing may go wrong."""
    wrong: list[str] = []
    page = open_page(browser, address, wrong, size=request.param)
    yield page
    page.context.close()
    assert wrong == []


@pytest.fixture
def desktop(browser: Any, address: str) -> Iterator[Any]:
    """A Chinese page at desktop width in which nothing may go wrong."""
    wrong: list[str] = []
    page = open_page(browser, address, wrong)
    yield page
    page.context.close()
    assert wrong == []


def fits(page: Any) -> bool:
    """Whether the page is no wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_fits_is_quiet_and_can_be_read(browser: Any, address: str, language: str) -> None:
    wrong: list[str] = []
    page = open_page(browser, address, wrong, language)
    faults: list[str] = []
    for name, path in (PAGES | LOST).items():
        answer = page.goto(path)
        assert answer.ok == (name in PAGES), name
        sync_api.expect(page.locator("html")).to_have_attribute("lang", language)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if not fits(page):
                faults.append(f"{name} is wider than a {size}")
        # The colours are those of the page, whatever its language.
        for scheme in ("dark", "light") if language == "zh-CN" else ():
            page.emulate_media(color_scheme=scheme)
            faults += [f"{name}, {scheme}: {faint}" for faint in page.evaluate(FAINT)]
    page.context.close()
    assert faults == []
    # What a page that is not there answers is told on the console by the browser itself.
    assert [line for line in wrong if "404" not in line] == []


def test_from_the_front_page_by_search_to_a_report(page: Any) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("营商环境")
    page.get_by_role("button", name="检索全文").click()
    sync_api.expect(page.get_by_role("status")).to_contain_text("份报告含有“营商环境”")
    sync_api.expect(page.locator("mark").first).to_have_text("營商環境")
    page.get_by_role("link", name="2020年甲子区人民政府工作报告").click()
    sync_api.expect(page.locator("h1")).to_have_text("2020年甲子区人民政府工作报告")
    # The link leads to the first hit, which is in view.
    sync_api.expect(page).to_have_url(re.compile("#hit$"))
    sync_api.expect(page.locator("#hit")).to_be_in_viewport()
    contents = page.get_by_role("navigation", name="目录")
    link = contents.get_by_role("link", name="二、2020年工作安排")
    if not link.is_visible():
        contents.locator("summary").click()
    link.click()
    sync_api.expect(page.get_by_role("heading", name="二、2020年工作安排")).to_be_in_viewport()
    page.locator("section[aria-labelledby=years]").get_by_role("link", name="2024").click()
    sync_api.expect(page.locator("h1")).to_have_text("2024年甲子区人民政府工作报告")


def test_from_the_map_to_a_damaged_report_and_to_a_gap(page: Any) -> None:
    page.goto("/")
    page.get_by_role("link", name="丙寅县2019年，残缺").click()
    sync_api.expect(page.locator(".trust")).to_contain_text("通篇缺字：我")
    page.locator(".place").first.click()
    sync_api.expect(page.locator(".problems li:target")).to_be_in_viewport()
    page.goto("/coverage")
    page.get_by_role("link", name="丙寅县 2020：").click()
    sync_api.expect(page.locator("tr:target")).to_contain_text("还没有来源收录该地区")


def test_from_a_report_to_its_neighbours_and_the_year_before(page: Any) -> None:
    page.goto("/reports/reports/990101-2021")
    page.get_by_role("link", name="与 2020 年对照").click()
    sync_api.expect(page.locator("h1")).to_have_text("甲子区：2020 年与 2021 年")
    page.get_by_label("前").select_option("990101-2019")
    page.get_by_role("button", name="对照").click()
    sync_api.expect(page.locator("h1")).to_have_text("甲子区：2019 年与 2021 年")
    page.get_by_role("link", name="合为一篇").click()
    sync_api.expect(page.locator(".pairs.inline")).to_have_count(1)
    page.go_back()
    page.locator(".pair .number").last.click()
    sync_api.expect(page.locator(".text :target")).to_be_in_viewport()
    page.locator("section[aria-labelledby=family]").get_by_role("link", name="乙丑区").click()
    sync_api.expect(page.locator("h1")).to_have_text("2021年乙丑区人民政府工作报告")


def test_the_language_is_chosen_and_kept(page: Any) -> None:
    page.goto("/reports/reports/990101-2020")
    page.get_by_role("link", name="English").click()
    sync_api.expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Coverage").click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Coverage")
    page.get_by_role("link", name="中文").click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("覆盖情况")


def test_an_error_is_reported(desktop: Any) -> None:
    desktop.goto("/reports/reports/990101-2020")
    desktop.get_by_role("link", name="报告错误").first.click()
    desktop.locator("#c-field").select_option("year")
    desktop.locator("#c-value").fill("2021")
    desktop.get_by_role("button", name="写成一行").click()
    sync_api.expect(desktop.locator("pre.cite")).to_contain_text("990101-2020,year,2021,,,")


def test_the_download_is_the_published_file(desktop: Any, published: Home) -> None:
    desktop.goto("/")
    with desktop.expect_download() as started:
        desktop.get_by_role("link", name="下载 reports.db").click()
    assert started.value.suggested_filename.startswith("reports")
    published = sha256(published.snapshot.read_bytes()).hexdigest()
    assert sha256(Path(started.value.path()).read_bytes()).hexdigest() == published
    assert published in desktop.locator("main").inner_text()


def test_the_keyboard_reaches_the_text_first(desktop: Any) -> None:
    desktop.goto("/reports/reports/990101-2020")
    desktop.keyboard.press("Tab")
    skip = desktop.get_by_role("link", name="跳到正文")
    sync_api.expect(skip).to_be_focused()
    sync_api.expect(skip).to_have_css("position", "absolute")
    desktop.keyboard.press("Enter")
    sync_api.expect(desktop.locator("#content")).to_be_focused()
    desktop.keyboard.press("Tab")
    sync_api.expect(desktop.locator("main *:focus")).to_have_css("outline-style", "solid")


def test_the_print_view_is_the_text_and_its_citation(desktop: Any) -> None:
    desktop.goto("/reports/reports/990101-2020?view=print")
    sync_api.expect(desktop.locator("header.top")).to_be_hidden()
    sync_api.expect(desktop.locator(".text")).to_be_visible()
    sync_api.expect(desktop.locator(".cite")).to_be_visible()
    sync_api.expect(desktop.locator(".contents")).to_have_count(0)
