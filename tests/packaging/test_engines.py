"""The page on deriving at scale: its snippets for Beam and Spark run, and give the contracts of one digest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.packaging.helpers.installed import run_with_library

pytestmark = pytest.mark.long
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "derive-at-scale.md"
BLOCKS = re.findall(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
PREAMBLE = """
from pathlib import Path
from pactape import Exchange, Request, Response
from pactape.contracts.digests import DigestCombiner
from pactape.settings import load_settings

Path("pyproject.toml").write_text('[project]\\nname = "web"\\n')

def exchange(number):
    body = b'{"id": %d}' % number if number % 3 else b'{"id": %d, "nick": "Ada"}' % number
    return Exchange(
        request=Request(method="GET", url=f"https://users.example.com/users/{number}"),
        response=Response(status=200, headers=(("Content-Type", "application/json"),), body=body),
        cassette="2026-01-31/server-7",
        index=number,
    )

exchanges = [exchange(number) for number in range(40)]
combiner = DigestCombiner(load_settings(Path(".")))
whole = combiner.add(combiner.create(), *exchanges)
expected = [each.encode() for each in combiner.extract(whole).contracts]
"""
SPARK = """
from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
traffic = builder.getOrCreate().sparkContext.parallelize(exchanges, 4)
{snippet}
print([each.encode() for each in combiner.extract(combiner.from_bytes(data)).contracts] == expected)
"""
BEAM = """
import apache_beam as beam

{definition}

def compare(contracts):
    Path("result").write_text(str(contracts == expected))

with beam.Pipeline() as pipeline:
    traffic = pipeline | beam.Create(exchanges)
    ({expression}) | beam.Map(compare)
print(Path("result").read_text())
"""


def test_the_combine_function_of_beam_gives_the_contracts_of_one_digest(tmp_path: Path) -> None:
    (snippet,) = (block for block in BLOCKS if "beam.CombineFn" in block)
    definition, _, expression = snippet.rstrip().rpartition("\n\n\n")
    program = PREAMBLE + BEAM.format(definition=definition, expression=expression)
    assert run_with_library(tmp_path, "apache-beam", program).strip() == "True"


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_the_reduction_of_spark_gives_the_contracts_of_one_digest(tmp_path: Path) -> None:
    (snippet,) = (block for block in BLOCKS if "reduceByKey" in block)
    output = run_with_library(tmp_path, "pyspark", PREAMBLE + SPARK.format(snippet=snippet))
    assert output.splitlines()[-1] == "True"
