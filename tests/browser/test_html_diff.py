"""A diff's HTML page in a real browser: content, search, sorting, and no code from the data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from voidgen.diff import html
from voidgen.diff.causes import Cause
from voidgen.diff.closure import PackageChange
from voidgen.diff.types import Diff, Value
from voidgen.diff.types import PathChange as OverlayPath

BROWSER = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1100,1400",
)  # fmt: skip
HOSTILE = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>\"' onload=ran"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in (*BROWSER, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


def change(kind: str, name: str, old: int, new: int, **rest: object) -> PackageChange:
    was, is_ = (("1",) if size else () for size in (old, new))
    return PackageChange(kind, name, was, is_, old, new, **rest)  # type: ignore[arg-type]


CLOSURE = (
    change("upgraded", "glibc", 20 << 20, 30 << 20, was_asked=True, is_asked=True),
    change("removed", HOSTILE, 40 << 20, 0),
    change("added", "mesa", 0, 20 << 20, way=("firefox-1", "gtk-3", "mesa-1")),
    change("rebuilt", "zlib", 5, 5, cause=Cause(("glibc 2.39 -> 2.40",), ("stdenv",))),
)
DIFF = Diff(
    HOSTILE,
    "HEAD",
    {HOSTILE: (Value(HOSTILE, None, HOSTILE),)},
    {"inputs": (Value("nixpkgs", "old", "new"),)},
    (),
    CLOSURE,
    (
        OverlayPath(
            f"/etc/{HOSTILE}", "file 0644", None, ("-</pre><script>window.ran = 1</script>",)
        ),
    ),
    (65 << 20, 50 << 20),
    explained=True,
)


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> webdriver.Chrome:
    file = tmp_path / "diff.html"
    file.write_text(html.dump(DIFF))
    browser.get(file.as_uri())
    return browser


def rows(page: webdriver.Chrome, title: str) -> list[list[str]]:
    """Return the cells of the visible rows."""
    path = f"//section[h2[contains(., '{title}')]]//tbody/tr[not(@hidden)]"
    return [
        [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
        for row in page.find_elements(By.XPATH, path)
        if row.is_displayed()
    ]


def head(page: webdriver.Chrome, title: str, name: str) -> WebElement:
    return page.find_element(
        By.XPATH, f"//section[h2[contains(., '{title}')]]//th[button='{name}']"
    )


def test_the_page_shows_all_changes(page: webdriver.Chrome) -> None:
    assert page.title == f"{HOSTILE} → HEAD"
    assert rows(page, "Nix closure") == [
        ["upgraded", "glibc", "1 -> 1", "+10.0 MiB", ""],
        ["removed", HOSTILE, "1", "-40.0 MiB", ""],
        ["added", "mesa", "1", "+20.0 MiB", "needed by firefox-1 > gtk-3"],
        ["rebuilt", "zlib", "1 rebuilt", "", "because glibc 2.39 -> 2.40 (through stdenv)"],
    ]
    assert rows(page, "inputs") == [["changed", "nixpkgs", "old", "new"]]
    asked = page.find_elements(By.CSS_SELECTOR, "td strong")
    assert [one.text for one in asked] == ["glibc"]


def test_bars_are_proportional_to_sizes(page: webdriver.Chrome) -> None:
    bars = [bar.rect for bar in page.find_elements(By.CSS_SELECTOR, "svg rect")]
    removed, mesa, glibc = (bar["width"] for bar in bars)
    assert removed == pytest.approx(2 * mesa, rel=0.02)
    assert mesa == pytest.approx(2 * glibc, rel=0.02)
    # Removed sizes are left of the line, added ones right of it.
    zero = page.find_element(By.CSS_SELECTOR, "svg line").rect["x"]
    assert bars[0]["x"] + removed == pytest.approx(zero, abs=2)
    assert bars[1]["x"] == bars[2]["x"] == pytest.approx(zero, abs=2)
    (wide,) = {page.execute_script("return document.documentElement.scrollWidth")}
    assert wide <= 1100


def test_search_shows_only_matching_rows(page: webdriver.Chrome) -> None:
    search = page.find_element(By.ID, "search")
    search.send_keys("GLIBC stdenv")
    assert [row[1] for row in rows(page, "Nix closure")] == ["zlib"]
    assert not page.find_element(By.XPATH, "//section[h2[contains(., 'inputs')]]").is_displayed()
    assert page.find_element(By.ID, "found").text == "1 of 7 rows"
    search.clear()
    search.send_keys(" ")
    assert len(rows(page, "Nix closure")) == len(CLOSURE)


def test_clicking_a_heading_sorts_the_rows(page: webdriver.Chrome) -> None:
    size, name = (head(page, "Nix closure", what) for what in ("size", "package"))
    size.find_element(By.TAG_NAME, "button").click()
    order = ["mesa", "glibc", "zlib", HOSTILE]
    assert [row[1] for row in rows(page, "Nix closure")] == order
    assert size.get_attribute("aria-sort") == "descending"
    size.find_element(By.TAG_NAME, "button").click()
    assert [row[1] for row in rows(page, "Nix closure")] == order[::-1]
    name.find_element(By.TAG_NAME, "button").click()
    assert [row[1] for row in rows(page, "Nix closure")] == [HOSTILE, "glibc", "mesa", "zlib"]
    assert size.get_attribute("aria-sort") is None


def test_scripts_in_the_data_do_not_run_and_nothing_is_fetched(page: webdriver.Chrome) -> None:
    for summary in page.find_elements(By.TAG_NAME, "summary"):
        summary.click()
    assert "-</pre><script>window.ran = 1</script>" in page.find_element(By.TAG_NAME, "pre").text
    script = "return [window.ran, performance.getEntriesByType('resource').length]"
    assert page.execute_script(script) == [None, 0]
    assert page.get_log("browser") == []  # type: ignore[no-untyped-call]
    # The page's policy blocks scripts, even if the data got in as markup.
    inject = (
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')"
    )
    page.execute_script(inject)
    (refused, *_) = page.get_log("browser")  # type: ignore[no-untyped-call]
    assert "Content Security Policy" in refused["message"]
