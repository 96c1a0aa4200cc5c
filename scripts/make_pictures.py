"""Pictures of the report and of a passport for README and docs, by a headless browser: `make pictures`.

Needs Chromium or Chrome on the PATH and the results of `make demo`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "out" / "baotou" / "report.html"
PARK = ROOT / "src" / "zeropark" / "examples" / "baotou"
PRODUCT = "ndpr-oxide"
PASSPORT = ROOT / "out" / "passport"
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--virtual-time-budget=15000",
)


def picture(browser: str, page: str, target: Path, width: int, height: int) -> None:
    """One screenshot of ``page``."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            *QUIET,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            f"--screenshot={target}",
            page,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    print(f"wrote {target.relative_to(ROOT)}")


def write_passport() -> None:
    """The passport of a product over the flows of the demo's plan."""
    command = [
        sys.executable, "-m", "zeropark.cli", "passport", PRODUCT, "--park", str(PARK), "--period", "2025",
        "--flows", str(REPORT.parent / "flows.parquet"), "--out", str(PASSPORT),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)


def main() -> int:
    """Take the pictures; 1 when something that is needed is absent."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None or not REPORT.is_file():
        print("needs Chromium on the PATH and the results of `make demo`", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture(browser, REPORT.as_uri(), PICTURES / "report.png", 1200, 1500)
    picture(browser, REPORT.as_uri() + "#zh", PICTURES / "report-zh.png", 1200, 1500)
    write_passport()
    page = (PASSPORT / "passport.html").as_uri()
    picture(browser, page, PICTURES / "passport.png", 1100, 1250)
    picture(browser, page + "#zh", PICTURES / "passport-zh.png", 1100, 1250)
    return 0


if __name__ == "__main__":
    sys.exit(main())
