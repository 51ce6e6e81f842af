"""API keys: `vqa_sk_` and 32 random bytes, shown once and kept as their sha256.

A fast hash suffices: nobody can try all keys of 256 random bits.
"""

from __future__ import annotations

import hashlib
import secrets
import time

from server.access.identity import Limits
from server.store.keys import Keys
from server.store.records import KeyRecord, new_id

PREFIX = "vqa_sk_"
OF_THE_SERVICE = Limits()
"""A key without limits of its own has those of the service."""
SHOWN = len(PREFIX) + 6
"""Characters of a key that are kept, for its person to recognise it."""


def create(keys: Keys, name: str, limits: Limits = OF_THE_SERVICE) -> tuple[str, KeyRecord]:
    """A new key: its text, which nobody can get again, and its record."""
    key = PREFIX + secrets.token_urlsafe(32)
    record = KeyRecord(new_id("key"), name, key[:SHOWN], time.time(), **vars(limits))
    keys.add(record, hash_of(key))
    return key, record


def hash_of(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
