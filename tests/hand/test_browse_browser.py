"""The site of `copydesk browse` in a real browser.

Two widths, light and dark colours, the keyboard, and documents that attack the page are tested.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from copydesk.flows.browse import server
from copydesk.flows.warehouse import Change, Warehouse
from tests.hand import known_warehouse as known
from tests.warehouse import rows

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 900), (390, 844)
_ALONE = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LONG = "w" * 3_000
ATTACK = (
    "<script>document.title='attacked'</script><img src=x onerror=\"document.title='attacked'\">"
    "</p></div></main></style></title><!-- <table><textarea><plaintext>"
)
PATHS = (
    "/?copies=1",
    f"/article/{known.FERRY}",
    f"/article/{rows.doc_id(99)}",
    f"/compare/{rows.doc_id(12)}/{known.FERRY}",
    "/stories",
    f"/story/{known.FERRY}",
    "/outlets",
    "/dropped",
    "/rejects",
    "/runs",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a running site."""
    root = tmp_path_factory.mktemp("browse") / "wh"
    first = known.make(root)
    warehouse = Warehouse.open(root)
    hostile = rows.article(
        99,
        title=ATTACK + LONG,
        outlet=ATTACK,
        outlet_id=LONG,
        text=f"{ATTACK} {LONG}",
        byline=[LONG],
    )
    refused = rows.row("rejects", source_uri=LONG, step="read", reason="binary", detail=ATTACK)
    warehouse.publish(
        Change(
            parent=first.id,
            run=rows.run("second", n_articles=1, n_rejected=1),
            inserts={
                "articles": [rows.table("articles", [hostile])],
                "rejects": [rows.table("rejects", [refused])],
            },
        )
    )
    config = uvicorn.Config(server.application(warehouse), port=0, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    driver = shutil.which("chromedriver")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert driver, "chromedriver is missing; on Debian: apt-get install chromium-driver"
    assert chromium, "chromium is missing; on Debian: apt-get install chromium"
    options = Options()
    options.binary_location = chromium
    for argument in (*_ALONE, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(driver))
    yield session
    session.quit()


def opened(browser: Any, address: str, size: tuple[int, int], *, dark: bool = False) -> None:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is PHONE},
    )
    browser.get(address)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", PATHS)
def test_a_view_fits_the_screen_and_runs_nothing(
    browser: Any, site: str, path: str, size: tuple[int, int]
) -> None:
    opened(browser, site + path, size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert "attacked" not in browser.title[:12]
    assert browser.execute_script("return document.scripts.length") == 0
    assert browser.execute_script("return document.querySelectorAll('main').length") == 1
    refused = [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]]
    assert refused == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_words_have_contrast_in_light_and_dark(
    browser: Any, site: str, path: str, dark: bool
) -> None:
    opened(browser, site + path, DESK, dark=dark)
    lowest = browser.execute_script(_CONTRAST)
    assert lowest[0] >= 4.5, lowest  # WCAG 2.2, level AA


def test_every_view_is_reached_by_keyboard(browser: Any, site: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    opened(browser, site + "/", DESK)
    ActionChains(browser).send_keys(Keys.TAB).perform()
    assert browser.switch_to.active_element.text == "Skip to the content"
    reached = set()
    for _ in range(60):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        active = browser.switch_to.active_element
        reached.add(active.get_attribute("name") or active.text)
        if active.tag_name == "body" or active.get_attribute("type") == "date":
            continue  # the end of the page; a date has three fields with focus marks of their own
        outline = active.value_of_css_property("outline-style")
        assert outline != "none", active.text
    assert {"Stories", "Outlets", "Dropped", "Rejects", "Runs", "q", "Show"} <= reached


def test_a_search_is_an_address_to_share(browser: Any, site: str) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, site + "/", DESK)
    field = browser.find_element("name", "q")
    field.send_keys("workers", Keys.ENTER)
    assert "q=workers" in browser.current_url
    titles = [link.text for link in browser.find_elements("css selector", ".list h3 a")]
    assert titles == ["Port workers strike"]


_CONTRAST = """
function light(c) { const v = c.map(x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; }
function parts(text) { return text.match(/[\\d.]+/g).map(Number); }
let lowest = [99, ''];
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
  if (e.closest('svg') || e.matches('.skip')) continue;
  let at = e, back = null;
  while (at && !back) { const c = parts(getComputedStyle(at).backgroundColor);
    if (c.length < 4 || c[3] === 1) back = c; at = at.parentElement; }
  const a = light(parts(getComputedStyle(e).color)), b = light(back || [255, 255, 255]);
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < lowest[0]) lowest = [ratio, e.outerHTML.slice(0, 200)];
}
return lowest;
"""
