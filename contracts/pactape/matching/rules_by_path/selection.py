"""Which rules apply at a path of a document: an automaton over the rules' paths, built on demand.

Pact specification V2, "Matcher path": a rule's weight at a path is the product over its tokens, 2 for a name or an
index, 1 for a wildcard; times the number of its tokens, the greatest wins, and a rule applies below its path, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.matching.rules import Type
from pactape.matching.rules_by_path.paths import Wildcard, fragment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.matching.rules import Rule, RuleList
    from pactape.matching.rules_by_path.paths import Path

__all__ = ["NOWHERE", "Selection", "select", "select_each"]

_EXACT = 2
#: The rest of a rule's path, its weight so far, and the rules.
_Candidate = tuple[tuple[str | Wildcard, ...], int, "RuleList"]
#: The steps that every name takes which no path has: numbers, and others; neither can be a name in a path.
_ITEM, _OTHER = "[*]", "[ ]"
_NUMBERS = frozenset("+0123456789")


class Selection:
    """The rules at one path.

    Attributes:
        rules: The rules that apply; None where equality does.
        cascaded: Whether they come from a path above.
        direct: The rules of all paths that match exactly this path.
        typed: Whether a type rule applies here, even one that another outweighs.
    """

    __slots__ = ("_alive", "_best", "_depth", "_named", "_steps", "cascaded", "direct", "rules", "typed")
    _named: dict[str | Wildcard, list[_Candidate]]

    def __init__(
        self, alive: list[_Candidate], best: tuple[int, int, RuleList] | None, depth: int, *, typed: bool
    ) -> None:
        here: list[Rule] = []
        deeper: list[_Candidate] = []
        for candidate in alive:
            path, weight, rules = candidate
            if path:
                deeper.append(candidate)
                continue
            here += rules.rules
            if best is None or weight * depth > best[0]:
                best = (weight * depth, depth, rules)
        self.direct = here
        self.typed = typed or any(isinstance(rule, Type) for rule in here)
        self.rules = best[2] if best else None
        self.cascaded = best is not None and best[1] != depth
        self._alive = deeper
        self._best = best
        self._depth = depth
        self._named = {}
        for candidate in deeper:
            self._named.setdefault(candidate[0][0], []).append(candidate)
        self._steps: dict[str, Selection] = {}

    def key(self, key: str) -> Selection:
        """The rules below, at the key of an object."""
        step = self._steps.get(key)
        if step is not None:
            return step
        name = fragment(key) if key[:1] in _NUMBERS else key
        if name in self._named:
            return self._step(name)
        kind = _ITEM if name.isdecimal() or key == _ITEM else _OTHER
        return self._steps.get(kind) or self._step(kind)

    def item(self, index: int) -> Selection:
        """The rules below, at an item of a list."""
        name = str(index) if self._named else _ITEM
        if name not in self._named:
            name = _ITEM
        step = self._steps.get(name)
        return step if step is not None else self._step(name)

    def every_item(self) -> Selection | None:
        """The rules below, at any item of a list; None if they differ, because a path has an index here."""
        is_index = any(isinstance(name, str) and name.isdecimal() for name in self._named)
        return None if is_index else self.item(0)

    def _step(self, name: str) -> Selection:
        """The rules below this name, or below every name that no path has: numbers, and others."""
        if self._alive:
            below = Selection(list(self._candidates_at(name)), self._best, self._depth + 1, typed=self.typed)
        elif self.cascaded or self.rules is None:
            return self  # not stored: a reference cycle would wait for the garbage collector
        else:
            below = self._cascade()
        self._steps[name] = below
        return below

    def _cascade(self) -> Selection:
        return Selection([], self._best, self._depth + 1, typed=self.typed)

    def _candidates_at(self, name: str) -> Iterator[_Candidate]:
        """The rules whose paths continue with `name`, in order, each with its weight so far."""
        number = name == _ITEM or name.isdecimal()
        is_wild = Wildcard.ANY in self._named or (number and Wildcard.ITEM in self._named)
        return _continued(self._alive if is_wild else self._named.get(name, []), name, number=number)


def _continued(candidates: list[_Candidate], name: str, *, number: bool) -> Iterator[_Candidate]:
    for path, weight, rules in candidates:
        token = path[0]
        if token == name:
            yield path[1:], weight * _EXACT, rules
        elif token is Wildcard.ANY or (token is Wildcard.ITEM and number):
            yield path[1:], weight, rules


def select(rules: Mapping[Path, RuleList], *, everywhere: RuleList | None = None) -> Selection:
    """The rules at a document's root.

    Args:
        rules: The rules by path.
        everywhere: Rules without a path, which all others outweigh; None for none.
    """
    best: Any = (0, 0, everywhere) if everywhere is not None else None
    alive = [(_texts(path), _EXACT, rule) for path, rule in rules.items()]
    return Selection(alive, best, 1, typed=False)


def select_each(rules: RuleList) -> Selection:
    """The rules at a collection whose values all have these rules and no others."""
    return Selection([((Wildcard.ANY,), _EXACT, rules)], None, 1, typed=False)


def _texts(path: Path) -> tuple[str | Wildcard, ...]:
    return tuple(str(token) if isinstance(token, int) else token for token in path)


#: No rules at all.
NOWHERE = select({})
