"""`vqa-agent keys`: create, list, revoke; on the database itself, the service may run or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli.console import ANSWERED, clean, note, output
from agent.files import dumps

if TYPE_CHECKING:
    from server.store import Store


@contextmanager
def opened(config: Path | None) -> Iterator[Store]:
    """The store that the settings name.

    Raises:
        InputError: the settings are wrong, or the database does not answer.
    """
    from server.settings import load
    from server.store import Database, Store

    store = Store(Database(load({"config": config}).url_of_database))
    try:
        yield store
    finally:
        store.close()


def run_create(name: str, limits: Mapping[str, Any], config: Path | None, *, as_json: bool) -> int:
    """Print the new key on stdout, what to do with it on stderr."""
    from server.access.identity import Limits
    from server.access.keys import create

    with opened(config) as store:
        key, record = create(store.keys, name, Limits(**limits))
    if as_json:
        print(dumps({"id": record.id, "name": name, "key": key}))
        return ANSWERED
    print(key)
    note(f"This is the only time that it is shown. Its id is {record.id}.")
    note("Requests send it: Authorization: Bearer vqa_sk_…")
    return ANSWERED


def run_list(config: Path | None, *, as_json: bool) -> int:
    """Print a line a key."""
    from rich.table import Table

    with opened(config) as store:
        records = store.keys.all()
    if as_json:
        print(dumps([asdict(record) for record in records], indent=2))
        return ANSWERED
    if not records:
        note("there is no key yet: vqa-agent keys create NAME")
        return ANSWERED
    table = Table("id", "name", "begins", "created", "state", box=None, pad_edge=False)
    for record in records:
        state = "valid" if record.revoked_at is None else f"revoked {_day(record.revoked_at)}"
        created = _day(record.created_at)
        table.add_row(record.id, clean(record.name), record.prefix + "…", created, state)
    output().print(table)
    return ANSWERED


def run_revoke(key_id: str, config: Path | None) -> int:
    """Revoke a key.

    Raises:
        InputError: there is none of that id that could be.
    """
    from tools.errors import InputError

    with opened(config) as store:
        if not store.keys.revoke(key_id):
            raise InputError(f"there is no valid key {key_id}; vqa-agent keys list shows the ids")
    note(f"{key_id} is refused from now on")
    return ANSWERED


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
