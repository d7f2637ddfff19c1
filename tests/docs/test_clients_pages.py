"""Every snippet of the clients' pages passes a strict type checker, as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "clients/README.md",
    "docs/how-to/use-the-clients.md",
    "docs/how-to/tokens.md",
    "docs/how-to/caching.md",
    "docs/how-to/retries.md",
    "docs/how-to/graphql.md",
    "docs/reference/client-errors.md",
    "docs/explanation/clients-compared.md",
]


def test_the_snippets_of_the_clients_pages_are_type_checked(tmp_path: Path) -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        module = tmp_path / f"{Path(page).stem.lower().replace('-', '_')}.py"
        module.write_text("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--cache-dir",
        str(tmp_path / "cache"),
    ]
    run = subprocess.run(
        [*command, str(tmp_path)], capture_output=True, text=True, timeout=600, check=False, cwd=tmp_path
    )
    assert run.returncode == 0, run.stdout


def test_every_clients_page_has_a_snippet() -> None:
    without = [page for page in PAGES if "```python" not in (ROOT / page).read_text(encoding="utf-8")]
    assert without == []
