"""The protocol's methods by their names. Params are those of the protocol's tables (recsys/server/PROTOCOL.md)."""
from __future__ import annotations

from typing import Any, Generic, Mapping, Optional, Sequence, TypeVar

T = TypeVar("T")


class Methods(Generic[T]):
    """T: an answer, or what is awaited for one."""

    def call(self, method: str, params: Optional[Mapping[str, Any]] = None, timeout_ms: Optional[float] = None) -> T:
        """Any method by its name, also of a later server. `timeout_ms`: other than the client's."""
        raise NotImplementedError

    # ---- shelves ----

    def related(self, **params: Any) -> T:
        return self.call("related", params)

    def bought_together(self, **params: Any) -> T:
        return self.call("bought_together", params)

    def bought_next(self, **params: Any) -> T:
        return self.call("bought_next", params)

    def for_you(self, **params: Any) -> T:
        return self.call("for_you", params)

    def cart(self, **params: Any) -> T:
        return self.call("cart", params)

    def popular(self, **params: Any) -> T:
        return self.call("popular", params)

    def trending(self, **params: Any) -> T:
        return self.call("trending", params)

    def new_arrivals(self, **params: Any) -> T:
        return self.call("new_arrivals", params)

    def alternatives(self, **params: Any) -> T:
        return self.call("alternatives", params)

    def buy_again(self, **params: Any) -> T:
        return self.call("buy_again", params)

    def page(self, shelves: Sequence[Any], **params: Any) -> T:
        """Several shelves, no product twice; each a name, or {"shelf": name, "limit": n}."""
        return self.call("page", {"shelves": shelves, **params})

    # ---- a visitor moves to leave ----

    def offers(self, **params: Any) -> T:
        return self.call("offers", params)

    def preview(self, **params: Any) -> T:
        return self.call("preview", params)

    def redeem(self, **params: Any) -> T:
        """An order comes with a code. Told again until it is answered: it counts once."""
        return self.call("redeem", params)

    # ---- what happens in the shop ----

    def event(self, **params: Any) -> T:
        """Told again until it is answered; it counts once, by its event_id, which is made where there is none."""
        return self.call("event", params)

    def events(self, events: Sequence[Mapping[str, Any]], **params: Any) -> T:
        """Several events, at most 1000."""
        return self.call("event", {"events": events, **params})

    def items(self, items: Sequence[Mapping[str, Any]], **params: Any) -> T:
        """Changes of items. Told once: a repetition might undo what somebody else has changed meanwhile. After a time-out it is not
        known whether it counts."""
        return self.call("items", {"items": items, **params})

    def forget(self, customer_id: str, **params: Any) -> T:
        return self.call("forget", {"customer_id": customer_id, **params})

    # ---- looking ----

    def find(self, **params: Any) -> T:
        return self.call("find", params)

    def visitor(self, **params: Any) -> T:
        return self.call("visitor", params)

    def health(self, **params: Any) -> T:
        return self.call("health", params)

    def stats(self, **params: Any) -> T:
        return self.call("stats", params)

    def reload(self, **params: Any) -> T:
        return self.call("reload", params)
