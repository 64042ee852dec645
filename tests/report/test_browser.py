"""The report in a real browser, at two widths, with documents that attack it.

`make test-browser` runs these tests.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made
import pytest

from copydesk.flows import report

pytestmark = pytest.mark.browser

DESK, PHONE = (1200, 900), (390, 844)
_ALONE = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    driver = shutil.which("chromedriver")
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    assert driver, "chromedriver is missing; on Debian: apt-get install chromium-driver"
    assert chromium, "chromium is missing; on Debian: apt-get install chromium"
    options = Options()
    options.binary_location = chromium
    for argument in (*_ALONE, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(driver))
    yield session
    session.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    texts = {"ordinary": report.report(made.ordinary()), "hostile": report.report(made.hostile())}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


def opened(
    browser: Any, page: Path, size: tuple[int, int], *, dark: bool = False, media: str = ""
) -> None:
    browser.get_log("browser")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "media": media,
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        },
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": size[0],
            "height": size[1],
            "deviceScaleFactor": 1,
            "mobile": size is PHONE,
        },
    )
    browser.get(page.as_uri())


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["ordinary", "hostile"])
def test_the_page_fits_the_screen(
    browser: Any, pages: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    opened(browser, pages[name], size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_one_picture_of_each_chart_is_shown_and_is_large_enough_to_read(
    browser: Any, pages: dict[str, Path], size: tuple[int, int]
) -> None:
    opened(browser, pages["ordinary"], size)
    shown = browser.execute_script(
        "return [...document.querySelectorAll('.chart')].filter(c => c.getClientRects().length).map(c => c.className)"
    )
    assert set(shown) == {"chart wide" if size is DESK else "chart narrow"}
    assert len(shown) == 8
    smallest = browser.execute_script(
        "return Math.min(...[...document.querySelectorAll('.chart text')].filter(t => t.getClientRects().length && t.textContent.trim())"
        ".map(t => t.getBoundingClientRect().height))"
    )
    assert smallest >= 9


def test_nothing_a_document_holds_runs(browser: Any, pages: dict[str, Path]) -> None:
    opened(browser, pages["hostile"], DESK)
    assert browser.title.startswith("Run ")
    assert browser.execute_script("return window.attacked === undefined")
    assert (
        browser.execute_script(
            "return document.querySelectorAll('script, img, iframe, object, embed, plaintext, textarea, base, form').length"
        )
        == 0
    )
    assert browser.execute_script(
        "return document.getElementById('cost').closest('main') !== null"
    ), "broken markup moved the page's own parts"


def test_even_a_script_that_got_in_would_not_run(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    text = pages["ordinary"].read_text(encoding="utf-8")
    page = tmp_path / "breached.html"
    breach = "<script>window.attacked = true</script><img src=x onerror='window.attacked = true'><style>body { display: none }</style>"
    page.write_text(text.replace("</main>", breach + "</main>"), encoding="utf-8")
    opened(browser, page, DESK)
    assert browser.execute_script("return window.attacked === undefined")
    assert browser.execute_script("return getComputedStyle(document.body).display") == "block"


@pytest.mark.parametrize("name", ["ordinary", "hostile"])
def test_the_page_loads_nothing_and_complains_of_nothing(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    browser.get_log("performance")
    opened(browser, pages[name], DESK)
    asked = [
        entry["message"]
        for entry in browser.get_log("performance")
        if 'Network.requestWillBeSent"' in entry["message"]
    ]
    assert [message for message in asked if "file://" not in message] == []
    assert [
        entry for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}
    ] == []


def test_dark_is_dark_and_light_is_light_and_both_can_be_read(
    browser: Any, pages: dict[str, Path]
) -> None:
    for dark in (False, True):
        opened(browser, pages["ordinary"], DESK, dark=dark)
        for selector in (
            "header p",
            "tbody td",
            ".chart.wide text:not([stroke])",
            "summary",
            ".notice li",
            "del",
            "mark",
        ):
            assert contrast(browser, selector) >= 4.5, f"{selector} {'dark' if dark else 'light'}"


def contrast(browser: Any, selector: str) -> float:
    """Return the contrast of the words of the first such element with their background (WCAG)."""
    words, behind = browser.execute_script(
        """
        const element = document.querySelector(arguments[0]);
        const style = getComputedStyle(element);
        let parent = element, ground;
        do { ground = getComputedStyle(parent).backgroundColor; parent = parent.parentElement; }
        while (parent && ground === 'rgba(0, 0, 0, 0)');
        return [element instanceof SVGElement ? style.fill : style.color, ground];
    """,
        selector,
    )

    def luminance(colour: str) -> float:
        channels = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(words), luminance(behind)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_everything_that_opens_or_scrolls_is_reached_by_the_keyboard(
    browser: Any, pages: dict[str, Path]
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    opened(browser, pages["ordinary"], PHONE)
    body = browser.find_element(By.TAG_NAME, "body")
    seen = set()
    for _ in range(120):
        body = browser.switch_to.active_element
        body.send_keys(Keys.TAB)
        seen.add(
            browser.execute_script(
                "const e = document.activeElement; return e.tagName + ' ' + (e.className || e.getAttribute('href') || '')"
            )
        )
    assert {"A skip", "SUMMARY ", "DIV scroll", "DIV text", "A #rules"} <= seen
    unreached = browser.execute_script(
        "return [...document.querySelectorAll('*')].filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)"
        " && e.scrollHeight > e.clientHeight + 1 && e.getClientRects().length && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))"
    )
    assert unreached == []


def test_enter_opens_a_rule_and_shows_its_samples(browser: Any, pages: dict[str, Path]) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    opened(browser, pages["ordinary"], DESK)
    shown = [rule.is_displayed() for rule in browser.find_elements(By.CSS_SELECTOR, "#rules del")]
    assert shown == [True, False], "only the first rule is open"
    browser.find_element(By.CSS_SELECTOR, "#rules details:not([open]) summary").send_keys(
        Keys.ENTER
    )
    assert all(rule.is_displayed() for rule in browser.find_elements(By.CSS_SELECTOR, "#rules del"))


def test_right_to_left_words_do_not_turn_their_neighbours_round(
    browser: Any, pages: dict[str, Path]
) -> None:
    opened(browser, pages["hostile"], DESK)
    order = browser.execute_script("""
        const row = document.querySelector('#outlets tbody tr');
        const left = e => e.getBoundingClientRect().left;
        return [...row.children].map(left);
    """)
    assert order == sorted(order)
    assert (
        browser.execute_script("return getComputedStyle(document.documentElement).direction")
        == "ltr"
    )


def test_print_opens_what_scrolls_and_leaves_out_the_menu(
    browser: Any, pages: dict[str, Path]
) -> None:
    opened(browser, pages["ordinary"], DESK, dark=True, media="print")
    assert (
        browser.execute_script("return getComputedStyle(document.querySelector('nav')).display")
        == "none"
    )
    assert (
        browser.execute_script("return getComputedStyle(document.querySelector('.text')).maxHeight")
        == "none"
    )
    assert contrast(browser, "header p") >= 4.5
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
    assert len(pdf) > 20_000


def test_headings_landmarks_and_tables_are_named_for_screen_readers(
    browser: Any, pages: dict[str, Path]
) -> None:
    opened(browser, pages["ordinary"], DESK)
    levels = browser.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert browser.execute_script("return document.querySelectorAll('th:not([scope])').length") == 0
    assert browser.execute_script(
        "return [...document.querySelectorAll('.chart svg')].every(s => s.getAttribute('role') === 'img' && s.getAttribute('aria-label'))"
    )
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
