"""What is kept between requests: keys, files, conversations and their turns, responses, feedback.

`Store.of(owner)` is the only way to an owner's rows, so that no route can forget whose they are.
"""

from server.store.database import Database
from server.store.store import Owned, Store

__all__ = ["Database", "Owned", "Store"]
