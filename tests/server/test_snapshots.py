"""Snapshots are stored as what each has more than the one before, and are read back whole."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from server.settings import ServerSettings
from server.store.snapshots import after, step
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving

TURNS = 8
json_data = st.recursive(
    st.none() | st.text(max_size=3) | st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)
some_snapshots = st.lists(st.dictionaries(st.sampled_from("abc"), json_data), max_size=5)


@given(some_snapshots)
def test_each_snapshot_is_read_back_as_it_was(snapshots: list[dict[str, Any]]) -> None:
    steps, before = [], {}
    for now in snapshots:
        steps.append(json.dumps(step(before, now)))
        before = now
    read: dict[str, Any] = {}
    for taken, now in zip(steps, snapshots, strict=True):
        read = after(read, json.loads(taken))
        assert read == now


async def test_a_long_conversation_takes_as_much_for_its_last_turn_as_for_its_third(
    settings: ServerSettings,
) -> None:
    script = [m for n in range(1, TURNS + 1) for m in (brightness(f"img_{n}"), bright(f"e{n}"))]
    asked = "How bright is it?"
    async with serving(settings, agent_of(*script)) as client:
        conversation = None
        for level in range(TURNS):
            body = {"question": asked, "pictures": [data_url(png(level))]}
            body |= {"conversation": conversation} if conversation else {}
            done = (await client.post("/v1/ask", json=body)).json()
            conversation = done["conversation"]
        kept = (await client.get(f"/v1/conversations/{conversation}")).json()
    engine = create_engine(settings.url_of_database)
    with engine.connect() as connection:
        query = text("SELECT length(snapshot) FROM turns ORDER BY position")
        lengths = list(connection.scalars(query))
    engine.dispose()
    assert len(lengths) == TURNS
    assert lengths[-1] < 1.1 * lengths[2]
    assert [len(turn["pictures"]) for turn in kept["turns"]] == [1] * TURNS
    assert len(kept["pictures"]) == TURNS
