"""What comes back: the server's result, or what stands in for it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence

LIMIT_DEFAULT = 10  # products of a page's shelf where no limit is given


@dataclass(frozen=True)
class Error:
    """Why there is no answer of the server. `code` 0: the client's own, `name` then is timeout, bad_reply, argument or closed."""

    code: int
    name: str
    message: str
    field: Optional[str] = None


@dataclass(frozen=True)
class Answer:
    """`source`: whose `result` this is, "server" or "fallback"; `error` says why it is the fallback.

    `result` has the entries of the protocol's tables by their names; later versions of the server add some."""

    source: str
    result: Dict[str, Any]
    error: Optional[Error] = None

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def items(self) -> List[Dict[str, Any]]:
        """The products of a shelf, best first; none of other methods."""
        return self.result.get("items", [])

    @property
    def item_ids(self) -> List[str]:
        return [item["item_id"] for item in self.items]


def _products(item_ids: Sequence[str]) -> List[Dict[str, Any]]:
    return [{"item_id": item_id, "score": 0.0, "reason": {"model": "fallback", "stage": 0}} for item_id in item_ids]


def _nothing_to_offer() -> Dict[str, Any]:
    return {"show": False, "reason": "no_answer", "campaign": None, "message_key": None, "variant": None, "expires_at": None,
            "triggers": None, "offers": []}


def _limit(source: Any, otherwise: int) -> int:
    limit = source.get("limit") if isinstance(source, Mapping) else None
    return limit if isinstance(limit, int) and limit > 0 else otherwise


def _page(params: Mapping[str, Any], fallback: Sequence[str]) -> Dict[str, Any]:
    """The list is shared out among the shelves, so that no product stands there twice."""
    shelves: List[Dict[str, Any]] = []
    wishes, given = params.get("shelves"), 0
    for wish in wishes if isinstance(wishes, (list, tuple)) else ():
        taken = fallback[given:given + _limit(wish, _limit(params, LIMIT_DEFAULT))]
        name = wish.get("shelf") if isinstance(wish, Mapping) else wish
        shelves.append({"shelf": name, "items": _products(taken), "short": None})
        given += len(taken)
    page: Dict[str, Any] = {"generation": None, "shelves": shelves}
    if params.get("offers"):
        page["offers"] = _nothing_to_offer()
    return page


def fall_back(kind: str, params: Any, fallback: Sequence[str], error: Error) -> Answer:
    """What is shown instead of an answer to a method of that kind (protocol.KINDS)."""
    params = params if isinstance(params, Mapping) else {}
    result: Dict[str, Any] = {}
    if kind == "shelf":
        result = {"generation": None, "items": _products(fallback[:_limit(params, len(fallback))]), "short": None}
    elif kind == "page":
        result = _page(params, fallback)
    elif kind == "offers":
        result = _nothing_to_offer()
    return Answer("fallback", result, error)
