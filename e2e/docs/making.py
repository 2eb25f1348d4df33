"""Makes the objects that samples name: `web/docs/samples/examples.mjs` says how.

An object that a sample uses up is made for it alone; the others are made once for all.
"""

from __future__ import annotations

import re
from typing import Any

import place
from plain import word

PLACE = re.compile(r"\{([a-zA-Z ]+)(?:\.(\w+))?\}")


def member(value: Any, path: str) -> Any:
    """A member of a value: `data.0.id`."""
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


class Maker:
    """Knows how each object is made, and which were made already."""

    def __init__(self, recipes: dict[str, Any]) -> None:
        self._recipes = recipes
        self._made: dict[str, Any] = {}

    def environment(self, sample: dict[str, Any]) -> dict[str, str]:
        """The variables that a sample names."""
        made: dict[str, Any] = {} if sample["isFresh"] else self._made
        wants = {name: [want, "id"] if isinstance(want, str) else want for name, want in sample["needs"].items()}
        return {name: str(member(self._object(want, made), path)) for name, (want, path) in wants.items()}

    def _object(self, name: str, made: dict[str, Any]) -> Any:
        if name not in made:
            recipe = self._recipes[name]
            if "after" in recipe:
                self._object(recipe["after"], made)
            params = self._filled(recipe.get("params", {}), made)
            method = "POST" if "post" in recipe else "GET"
            path = self._filled(recipe.get("post") or recipe.get("get"), made)
            made[name] = place.ask(method, path, params, is_page=recipe.get("isPage", False))
        return made[name]

    def _filled(self, value: Any, made: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(inner, made) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner, made) for inner in value]
        if not isinstance(value, str):
            return value
        return PLACE.sub(lambda found: self._word(found.group(1), found.group(2) or "id", made), value)

    def _word(self, name: str, path: str, made: dict[str, Any]) -> str:
        if name == "NEW":
            return word()
        return str(member(self._object(name, made), path)) if name in self._recipes else f"{{{name}}}"
