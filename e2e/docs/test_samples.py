"""Every sample of the API pages, run as it stands: only the environment is filled in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import place
from making import Maker

HERE = Path(__file__).resolve().parent


def in_bash(jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """Each sample of curl through bash."""
    results = {}
    for job in jobs:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", job["text"]], env={**os.environ, **job["environment"]},
                              capture_output=True, text=True, check=False)
        error = None if done.returncode == 0 else {"code": done.returncode, "message": done.stderr}
        results[job["id"]] = {"said": json.loads(done.stdout) if done.stdout else None, "error": error}
    return results


def in_one_process(*command: str):
    """All samples of a language in one process."""
    def run(jobs: list[dict[str, Any]]) -> dict[str, Any]:
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


RUNNERS = {
    "curl": in_bash,
    "node": in_one_process("node", str(HERE / "run_node.mjs")),
    "python": in_one_process(sys.executable, str(HERE / "run_python.py")),
}


def complaint(sample: dict[str, Any], result: dict[str, Any]) -> str | None:
    """What is wrong with how a sample ended."""
    said, error = result["said"], result["error"]
    refusal = said.get("error") if isinstance(said, dict) else None
    if sample["refused"] is not None:
        heard = refusal or error or {}
        code, says = sample["refused"].get("code"), sample["refused"].get("says", "")
        # A mistake of a sample is an error without a code, too, so a refusal without one is known by its message.
        is_refused = bool(code or says) and heard.get("code") == code and says in heard.get("message", "")
        return None if is_refused else f"not refused with {code or says!r}: {result}"
    if error is not None or refusal is not None:
        return str(refusal or error["message"])
    if not isinstance(said, dict):
        return f"said {said!r}"
    other = {name: said.get(name) for name, value in sample["expect"].items() if said.get(name) != value}
    return f"instead of {sample['expect']}: {other}" if other else None


@pytest.mark.parametrize("language", RUNNERS)
def test_every_sample_does_what_it_says(table, language):
    maker = Maker(table["objects"])
    given = {"FLORIN_URL": place.URL, "FLORIN_KEY": place.KEY}
    jobs = [{"id": sample["id"], "text": sample["texts"][language], "environment": {**given, **maker.environment(sample)}}
            for sample in table["samples"]]
    results = RUNNERS[language](jobs)
    complaints = {sample["id"]: complaint(sample, results[sample["id"]]) for sample in table["samples"]}
    assert {name: text for name, text in complaints.items() if text} == {}
    assert len(results) == len(table["samples"]) > 0


def test_no_sample_names_a_real_key_or_address(table):
    texts = [text for sample in table["samples"] for text in sample["texts"].values()]
    assert [text for text in texts if "sk_" in text or "127.0.0.1" in text or "localhost" in text] == []


def test_a_wrong_result_is_noticed():
    good = {"refused": None, "expect": {"object": "refund"}}
    refused = {"refused": {"code": "taken"}, "expect": None}
    saying, silent = ({"refused": told, "expect": None} for told in ({"says": "cannot wait"}, {}))
    doctored = [
        (good, {"said": {"object": "charge"}, "error": None}), (good, {"said": None, "error": None}),
        (good, {"said": {"object": "refund"}, "error": {"code": None, "message": "threw"}}),
        (good, {"said": {"error": {"code": "x"}}, "error": None}),
        (refused, {"said": {"object": "refund"}, "error": None}), (refused, {"said": {"error": {"code": "x"}}, "error": None}),
        (saying, {"said": None, "error": {"code": None, "message": "NameError: name 'stripe' is not defined"}}),
        (saying, {"said": {"object": "refund"}, "error": None}),
        (saying, {"said": {"error": {"code": "x", "message": "It cannot wait."}}, "error": None}),
        (silent, {"said": {"error": {"message": "It cannot wait."}}, "error": None}),
    ]
    assert [bool(complaint(*pair)) for pair in doctored] == [True] * len(doctored)
    assert complaint(good, {"said": {"object": "refund"}, "error": None}) is None
    assert complaint(refused, {"said": None, "error": {"code": "taken", "message": ""}}) is None
    assert complaint(saying, {"said": {"error": {"message": "It cannot wait."}}, "error": None}) is None
