#!/usr/bin/env python3
"""CheckReport.py MAKE_PROFILE POPGRAPH: opens an HTML report in headless Chromium and compares it with the JSON.

Exit status 77 (skipped) when no Chromium is installed.
"""
import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile


class Page(html.parser.HTMLParser):
    """Collects tiles, elements with ids, and anything that should never be there."""

    def __init__(self):
        super().__init__()
        self.tiles = []
        self.values = {}
        self.images = 0
        self.title = ""
        self.in_title = False
        self.rows = {}
        self.section = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "data-tile" in attributes:
            self.tiles.append(attributes)
        if "id" in attributes and "data-value" in attributes:
            self.values[attributes["id"]] = attributes["data-value"]
        if tag == "section":
            self.section = attributes.get("id")
        if tag == "tr":
            self.rows[self.section] = self.rows.get(self.section, 0) + 1
        self.images += tag == "img"
        self.in_title = tag == "title"

    def handle_data(self, text):
        if self.in_title:
            self.title += text
            self.in_title = False


def check(condition, message):
    if not condition:
        sys.exit("FAILED: " + message)


def main():
    make_profile, popgraph = sys.argv[1:3]
    browser = next((path for name in ("chromium", "chromium-browser", "google-chrome")
                    if (path := shutil.which(name))), None)
    if browser is None:
        print("skipped: no Chromium is installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        profile, report = folder + "/profile.pgprof", folder + "/report.html"
        subprocess.run([make_profile, profile], check=True)
        subprocess.run([popgraph, "html", profile, "-o", report], check=True)
        again = subprocess.run([popgraph, "html", profile, "-o", report], capture_output=True, text=True)
        check(again.returncode == 3 and "-f overwrites" in again.stderr, "an existing file was overwritten unasked")
        summary = json.loads(subprocess.run([popgraph, "summary", profile, "--json"], check=True, capture_output=True).stdout)
        dump = subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder + "/browser",
             "--virtual-time-budget=5000", "--dump-dom", pathlib.Path(report).as_uri()],
            check=True, capture_output=True, text=True, timeout=90).stdout
    page = Page()
    page.feed(dump)

    check(len(page.tiles) == 1472, f"{len(page.tiles)} tile elements, expected 1472")
    check(sorted(int(tile["data-tile"]) for tile in page.tiles) == list(range(1472)), "tiles are not 0 to 1471")
    for tile in page.tiles:
        check(tile.get("role") == "button" and tile.get("title") and "tabindex" in tile,
              f"tile {tile['data-tile']} lacks role, title or tabindex")
    fullest = max(page.tiles, key=lambda tile: int(tile["data-value"]))
    check(int(fullest["data-tile"]) == summary["memory"]["max_tile"], "the fullest tile differs")
    expected = {
        "total-cycles": summary["execution"]["total_cycles"],
        "compute-cycles": summary["execution"]["compute_cycles"],
        "exchange-cycles": summary["execution"]["exchange_cycles"],
        "sync-cycles": summary["execution"]["sync_cycles"],
        "host-exchange-cycles": summary["execution"]["host_exchange_cycles"],
        "max-tile-bytes": summary["memory"]["max_tile_bytes"],
        "total-bytes": summary["memory"]["total_bytes"],
        "num-vertices": summary["graph"]["num_vertices"],
        "num-variables": summary["graph"]["num_variables"],
        "selected-tile": summary["memory"]["max_tile"],
    }
    for name, value in expected.items():
        check(page.values.get(name) == str(value), f"{name} is {page.values.get(name)}, the JSON says {value}")
    check(page.rows.get("compute-sets") == 3, "the compute set table has not two rows and a head")
    check(page.images == 0 and "pwned" not in page.title, "a name from the profile became markup")
    print(f"1472 tiles and {len(expected)} values agree with the JSON summary")
    return 0


if __name__ == "__main__":
    sys.exit(main())
