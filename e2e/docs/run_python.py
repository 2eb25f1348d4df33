"""Runs programs for Python, all of them in this one process: reads `[{id, text, environment}]`, prints `{id: {said, error}}`.

`said` is what a program gave to `print` first. Deliberately absent: any change of the texts.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def plain(value: Any) -> Any:
    """An object of the SDK prints itself as JSON."""
    return value if value is None or type(value) in (dict, list, str) else json.loads(str(value))


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Runs one program in a name space of its own."""
    os.environ.update(job["environment"])
    said: list[Any] = []
    error = None
    try:
        exec(compile(job["text"], job["id"], "exec"), {"__name__": "__main__", "print": said.append})
    except Exception as caught:  # Whatever a sample does wrong is its result.
        error = {"code": getattr(caught, "code", None), "message": f"{type(caught).__name__}: {caught}"}
    return {"said": plain(said[0]) if said else None, "error": error}


if __name__ == "__main__":
    json.dump({job["id"]: run(job) for job in json.load(sys.stdin)}, sys.stdout)
