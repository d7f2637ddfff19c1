"""Other recorders: one contract from six dialects, NDJSON beside YAML, OpenAPI beside har-to-openapi, and growth.

The rows on other projects' recordings are skipped unless RECORDERS names their folder; that of har-to-openapi
without npm. The large rows take minutes; RECORDERS_LARGEST is the largest number of exchanges, 300,000 by default.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from _recorders_equal import equal_dialects, equal_har
from _traffic import PROJECT, write_traffic
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts import derive
from pactape.contracts.workers import DaskPool
from pactape.converting.cassette_writer import write_cassette
from pactape.converting.convert import convert
from pactape.recorders import read_recording
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.settings import Settings

__all__ = ["run"]

_HERE = Path(__file__).resolve().parent
_PACKAGE = "har-to-openapi@2.0.0"
_SMALL, _LARGE = 10_000, int(os.environ.get("RECORDERS_LARGEST", "300000"))
_ON_DASK = 100_000
_COLD, _ENTRIES = 3_000, 2_000
_PER_CASSETTE = 10
_ROUNDS = 3
_SCRIPT = """
const {generateSpec} = require("har-to-openapi"); const fs = require("fs");
generateSpec(JSON.parse(fs.readFileSync(process.argv[2], "utf8"))).then(
  ({yamlSpec}) => fs.writeFileSync(process.argv[3], yamlSpec));
"""


def run() -> dict[str, float]:
    """The figures of other recorders."""
    recorders = os.environ.get("RECORDERS")
    return {
        **(_equal(Path(recorders).resolve()) if recorders else {}),
        **_cold(),
        **_openapi(),
        **_growth(),
        **_dask(),
    }


def _equal(recorders: Path) -> dict[str, float]:
    scenarios, five, six = equal_dialects(recorders / "datadog")
    files, equal = equal_har(recorders / "har" / "mitmproxy")
    print(f"one contract of {scenarios} scenarios: {five} in five dialects, {six} in six")
    print(f"HAR files read as mitmproxy reads them: {equal} of {files}")
    return {
        "recorders.datadog.equal5": round(five / scenarios, 4),
        "recorders.datadog.equal6": round(six / scenarios, 4),
        "recorders.har.equal": round(equal / files, 4),
    }


def _project(root: Path) -> Settings:
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return load_settings(root)


def _cold() -> dict[str, float]:
    """Exchanges per second of CPU time, from NDJSON and from YAML cassettes of the same, nothing cached."""
    with tempfile.TemporaryDirectory() as folder:
        lines, cassettes = _project(Path(folder) / "ndjson"), _project(Path(folder) / "yaml")
        source = lines.root / "recordings" / "traffic.ndjson"
        write_traffic(source, _COLD)
        exchanges = read_recording(source).exchanges
        for first in range(0, _COLD, _PER_CASSETTE):
            path = cassettes.root / "recordings" / f"{first}.yaml"
            write_cassette(path, exchanges[first : first + _PER_CASSETTE], (), scrubber=Scrubber())
        seconds = {"ndjson": 1e9, "yaml": 1e9}
        for _ in range(_ROUNDS):
            for name, settings in (("ndjson", lines), ("yaml", cassettes)):
                shutil.rmtree(settings.cache_folder, ignore_errors=True)
                begin = time.process_time()
                assert derive(settings).recordings == _COLD
                seconds[name] = min(seconds[name], time.process_time() - begin)
    rate = _COLD / seconds["ndjson"]
    print(
        f"deriving cold: {rate:.0f} exchanges per CPU second from NDJSON, {_COLD / seconds['yaml']:.0f} from YAML"
    )
    return {
        "recorders.ndjson.exchanges_per_cpu_s": round(rate),
        "recorders.ndjson.speedup_vs_yaml": round(seconds["yaml"] / seconds["ndjson"], 2),
    }


def _openapi() -> dict[str, float]:
    """CPU time of whole processes that write OpenAPI of one HAR file."""
    if shutil.which("npm") is None:
        print("npm isn't installed: har-to-openapi is skipped")
        return {}
    modules = _HERE.parent / "build" / "har-to-openapi"
    modules.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--prefix", str(modules), "--no-audit", "--no-fund", "--silent", _PACKAGE]
    subprocess.run(install, check=True)  # noqa: S603 -- our own
    with tempfile.TemporaryDirectory() as folder:
        settings = _project(Path(folder) / "project")
        write_traffic(Path(folder) / "a.ndjson", _ENTRIES)
        har = Path(folder) / "a.har"
        convert([Path(folder) / "a.ndjson"], har, to="har")
        script = modules / "run.js"
        script.write_text(_SCRIPT, encoding="utf-8")
        theirs = ["node", str(script), str(har), str(Path(folder) / "theirs.yaml")]
        ours = [sys.executable, "-m", "pactape", "openapi", "--project", str(settings.root), str(har)]
        ours += ["-o", str(Path(folder) / "ours.yaml")]
        times = {"har-to-openapi": 1e9, "pactape": 1e9}
        for _ in range(_ROUNDS):
            shutil.rmtree(settings.cache_folder, ignore_errors=True)
            for name, command in (("har-to-openapi", theirs), ("pactape", ours)):
                times[name] = min(times[name], _cpu_seconds(command))
    print(f"OpenAPI of a HAR file with {_ENTRIES} entries, CPU time: {times}")
    return {"recorders.openapi.over_har_to_openapi": round(times["pactape"] / times["har-to-openapi"], 2)}


def _cpu_seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _growth() -> dict[str, float]:
    """Time per exchange and peak memory of deriving from much, over those of deriving from little."""
    seconds, peaks = {}, {}
    for exchanges in (_SMALL, _LARGE):
        with tempfile.TemporaryDirectory() as folder:
            settings = _project(Path(folder) / "project")
            write_traffic(settings.root / "recordings" / "traffic.ndjson", exchanges)
            command = [sys.executable, str(_HERE / "_derive_once.py"), str(settings.root)]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- our own command
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        peaks[exchanges] = int(output.split()[-1])
        seconds[exchanges] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{exchanges} exchanges: {seconds[exchanges]:.1f} s of CPU time, {peaks[exchanges] / 1e6:.0f} MB"
        )
    growth = seconds[_LARGE] / _LARGE / (seconds[_SMALL] / _SMALL)
    return {
        "recorders.scale.growth": round(growth, 2),
        "recorders.scale.memory_growth": round(peaks[_LARGE] / peaks[_SMALL], 2),
    }


def _dask() -> dict[str, float]:
    """Wall time of one process over that of two Dask workers, which needs two idle cores."""
    from distributed import LocalCluster  # noqa: PLC0415 -- slow to import

    with tempfile.TemporaryDirectory() as folder:
        settings = _project(Path(folder) / "project")
        write_traffic(settings.root / "recordings" / "traffic.ndjson", min(_ON_DASK, _LARGE))
        begin = time.perf_counter()
        alone = derive(settings)
        one = time.perf_counter() - begin
        shutil.rmtree(settings.cache_folder, ignore_errors=True)
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,  # type: ignore[no-untyped-call]  # Dask is partly typed
            DaskPool(cluster.scheduler_address) as pool,
        ):
            begin = time.perf_counter()
            spread = derive(settings, pool=pool)
            two = time.perf_counter() - begin
    assert [contract.encode() for contract in alone.contracts] == [
        contract.encode() for contract in spread.contracts
    ]
    print(f"{alone.recordings} exchanges: one process {one:.1f} s, two Dask workers {two:.1f} s")
    return {"recorders.dask.speedup": round(one / two, 2)}


if __name__ == "__main__":
    run()
