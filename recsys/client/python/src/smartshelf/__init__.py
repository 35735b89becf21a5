"""Ask a Smart Shelf server for products, and tell it what happens in the shop.

``Client`` waits, ``AsyncClient`` is awaited; both have the protocol's methods by the protocol's names. Every wait ends: where no
answer comes in time, or none that can be believed, the answer is made of the client's own static list and says why."""
from .aio import AsyncClient
from .answer import Answer, Error
from .client import Client, Pending
from .options import Options

__all__ = ["Answer", "AsyncClient", "Client", "Error", "Options", "Pending"]
