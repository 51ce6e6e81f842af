"""The store, on SQLite and on a real PostgreSQL: whose rows are seen, what a transaction keeps."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.access.identity import Limits
from server.access.keys import create, hash_of
from server.errors import ConflictError, NotFoundError
from server.store import Database, Owned, Store
from server.store.owned import INLINE
from server.store.records import (
    FeedbackRecord,
    FileRecord,
    LookRecord,
    ResponseRecord,
    StoredPicture,
    TurnRecord,
    new_id,
)
from tools.errors import InputError

A, B = "a" * 64, "b" * 64
LATER = 1_000_500.0


def file_of(
    sha256: str = A, purpose: str = "vision", created_at: float = 1_000_000.0
) -> FileRecord:
    return FileRecord(new_id("file"), sha256, "a.png", "image/png", 9, purpose, created_at, LATER)


def turn_of(conversation: str, position: int = 0, transcript: str = "t") -> TurnRecord:
    return TurnRecord(
        new_id("turn"), conversation, position, transcript, 1, "Wie hell? 多亮？",
        {"answer": "“60”"}, {"version": 1}, 1_000_000.0 + position,
    )  # fmt: skip


def look_of(conversation: str, turn: str, pictures: int = 1) -> LookRecord:
    return LookRecord(new_id("look"), conversation, turn, pictures, {"ledger": [1.5, "é"]})


def begun(mine: Owned, *pictures: StoredPicture) -> TurnRecord:
    turn = turn_of(new_id("conv"))
    mine.conversations.append(turn, pictures or [StoredPicture(A, "a.png")], LATER, begins=True)
    return turn


def test_what_was_stored_is_read_back(store: Store) -> None:
    mine = store.of("me")
    first = begun(mine)
    second = turn_of(first.conversation, 1)
    pictures = [StoredPicture(A, "a.png"), StoredPicture(B, "b.png")]
    mine.conversations.append(second, pictures, LATER + 1)
    assert mine.conversations.turns(first.conversation) == [first, second]
    assert mine.conversations.last_turn(first.conversation) == second
    assert mine.conversations.turn(first.id) == first
    assert mine.conversations.turn_of_transcript("t") == second
    assert mine.conversations.pictures(first.conversation) == pictures
    assert mine.conversations.get(first.conversation).expires_at == LATER + 1
    response = ResponseRecord("resp_1", first.conversation, first.id, {"a": ["é"]}, 1.0, LATER)
    mine.responses.put(response)
    assert mine.responses.get("resp_1") == response
    assert mine.responses.any_of(first.conversation)
    assert not mine.responses.any_of("conv_0")
    for rating in (1, -1):
        mine.feedback.put(FeedbackRecord(first.id, rating, "", 1.0))
    assert mine.feedback.get(first.id) == FeedbackRecord(first.id, -1, "", 1.0)
    assert mine.feedback.ratings(first.conversation) == {first.id: -1}
    assert mine.preferences.get() == {}
    mine.preferences.put({"language": "en"})
    mine.preferences.put({"language": "zh"})
    assert mine.preferences.get() == {"language": "zh"}


def test_an_owner_sees_nothing_of_another(store: Store) -> None:
    mine, theirs = store.of("me"), store.of("them")
    turn, file = begun(theirs), theirs.files.add(file_of())
    theirs.responses.put(ResponseRecord("resp_1", turn.conversation, turn.id, {}, 1.0, LATER))
    theirs.feedback.put(FeedbackRecord(turn.id, 1, "", 1.0))
    theirs.preferences.put({"language": "zh"})
    for look in (
        lambda: mine.conversations.get(turn.conversation),
        lambda: mine.conversations.delete(turn.conversation),
        lambda: mine.conversations.note(turn.conversation, {"a": "b"}),
        lambda: mine.conversations.page(limit=5, after=turn.conversation),
        lambda: mine.conversations.turn(turn.id),
        lambda: mine.conversations.append(turn_of(turn.conversation, 1), [], LATER),
        lambda: mine.files.get(file.id),
        lambda: mine.files.delete(file.id),
        lambda: mine.files.page(limit=5, after=file.id),
        lambda: mine.responses.get("resp_1"),
        lambda: mine.responses.delete("resp_1"),
        lambda: mine.feedback.put(FeedbackRecord(turn.id, 1, "", 1.0)),
    ):
        with pytest.raises(NotFoundError):
            look()
    assert mine.conversations.turns(turn.conversation) == []
    assert mine.conversations.last_turn(turn.conversation) is None
    assert mine.conversations.turn_of_transcript("t") is None
    assert mine.conversations.pictures(turn.conversation) == []
    assert not mine.responses.any_of(turn.conversation)
    assert mine.files.page(limit=5) == []
    assert mine.conversations.page(limit=5) == []
    assert mine.feedback.get(turn.id) is None
    assert mine.feedback.ratings(turn.conversation) == {}
    assert mine.preferences.get() == {}
    mine.delete_everything()
    assert theirs.conversations.turns(turn.conversation) == [turn]
    assert theirs.files.page(limit=5) == [file]


def test_conversations_are_listed_by_their_last_turn_and_paged(store: Store, clock) -> None:
    mine = store.of("me")
    first, second = begun(mine), begun(mine)
    later = turn_of(first.conversation, 1)
    mine.conversations.append(later, [StoredPicture(A, "a.png")], LATER + 7)
    empty = mine.conversations.begin(LATER + 3, {"a": "é"})
    begun(store.of("them"))
    asked = [first.conversation, empty.id, second.conversation]
    found = mine.conversations.page(limit=9)
    assert [summary.record.id for summary in found] == asked
    assert [(s.question, s.turns) for s in found] == [
        ("Wie hell? 多亮？", 2), (None, 0), ("Wie hell? 多亮？", 1)]  # fmt: skip
    assert found[0].updated_at == later.created_at
    assert found[1].record == empty == mine.conversations.get(empty.id)
    pages, last = [], None
    while page := mine.conversations.page(limit=1, after=last):
        pages += page
        last = page[-1].record.id
    assert pages == found
    noted = mine.conversations.note(empty.id, {"b": "c"})
    assert noted == mine.conversations.get(empty.id)
    assert noted.metadata == {"b": "c"}
    clock.now = LATER + 5
    assert [s.record.id for s in mine.conversations.page(limit=9)] == asked[:1]


def test_a_turn_whose_place_is_taken_leaves_nothing_behind(store: Store) -> None:
    mine = store.of("me")
    first = begun(mine)
    more = [StoredPicture(A, "a.png"), StoredPicture(B, "b.png")]
    with pytest.raises(ConflictError):
        mine.conversations.append(turn_of(first.conversation), more, LATER + 9)
    assert mine.conversations.turns(first.conversation) == [first]
    assert len(mine.conversations.pictures(first.conversation)) == 1
    assert mine.conversations.get(first.conversation).expires_at == LATER


def test_what_was_looked_at_counts_until_the_next_turn(store: Store) -> None:
    mine = store.of("me")
    begins = look_of(new_id("conv"), "")
    mine.conversations.looked(begins, [StoredPicture(A, "a.png")], LATER, begins=True)
    assert mine.conversations.look(begins.conversation, "") == begins
    again = look_of(begins.conversation, "", pictures=2)
    both = [StoredPicture(A, "a.png"), StoredPicture(B, "b.png")]
    mine.conversations.looked(again, both, LATER + 1)
    assert mine.conversations.look(begins.conversation, "") == again
    assert mine.conversations.pictures(begins.conversation) == both
    assert mine.conversations.get(begins.conversation).expires_at == LATER + 1
    assert store.of("them").conversations.look(begins.conversation, "") is None
    turn = turn_of(begins.conversation)
    mine.conversations.append(turn, both, LATER)
    assert mine.conversations.look(begins.conversation, turn.id) is None
    for late, error in (
        (look_of(begins.conversation, ""), ConflictError),
        (look_of("conv_0", ""), NotFoundError),
    ):
        with pytest.raises(error):
            mine.conversations.looked(late, [*both, StoredPicture(A, "")], LATER)
    assert mine.conversations.pictures(begins.conversation) == both
    with pytest.raises(NotFoundError):
        store.of("them").conversations.looked(look_of(begins.conversation, turn.id), both, LATER)


def test_of_many_at_once_each_place_is_taken_once(store: Store) -> None:
    mine = store.of("me")
    first = begun(mine)
    refused: list[int] = []

    def add(position: int) -> None:
        try:
            mine.conversations.append(turn_of(first.conversation, position), [], LATER)
        except ConflictError:
            refused.append(position)

    threads = [threading.Thread(target=add, args=(1 + i % 4,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [t.position for t in mine.conversations.turns(first.conversation)] == [0, 1, 2, 3, 4]
    assert len(refused) == 8


def test_files_come_in_pages_and_inline_ones_are_not_listed(store: Store) -> None:
    mine = store.of("me")
    files = [mine.files.add(file_of(created_at=1_000_000.0 + i // 2)) for i in range(5)]
    inline = [mine.files.add(file_of(B, INLINE)) for _ in range(2)]
    assert inline[0].id == inline[1].id, "the same picture again is the same row"
    for newest_first in (True, False):
        seen: list[str] = []
        while page := mine.files.page(
            limit=2, after=seen[-1] if seen else None, newest_first=newest_first
        ):
            seen += [record.id for record in page]
        assert sorted(seen) == sorted(file.id for file in files)
        assert (seen[0] == files[4].id) == newest_first


def test_what_comes_inline_again_lives_longer_once_half_of_its_time_is_over(
    store: Store, clock
) -> None:
    mine = store.of("me")
    first = mine.files.add(replace(file_of(B, INLINE), expires_at=clock() + 100))
    for later, lives in ((40, first.expires_at), (20, clock() + 160)):
        clock.now += later
        again = mine.files.add(replace(file_of(B, INLINE), expires_at=clock() + 100))
        assert (again.id, again.expires_at) == (first.id, lives)
        assert mine.files.get(first.id).expires_at == lives


def test_what_its_time_is_over_for_is_gone_at_once_and_swept_later(store: Store, clock) -> None:
    mine = store.of("me")
    turn, file = begun(mine), mine.files.add(file_of())
    clock.now = LATER
    with pytest.raises(NotFoundError):
        mine.conversations.get(turn.conversation)
    with pytest.raises(NotFoundError):
        mine.files.get(file.id)
    assert mine.conversations.turn_of_transcript("t") is None
    assert store.names_blob(A)
    assert len(store.sweep()) == 2
    assert not store.names_blob(A)
    assert mine.conversations.turns(turn.conversation) == [], "turns go with their conversation"


def test_delete_my_data_leaves_no_row(store: Store, database_url: str) -> None:
    mine = store.of("me")
    turn = begun(mine)
    mine.files.add(file_of(B))
    mine.responses.put(ResponseRecord("resp_1", turn.conversation, turn.id, {}, 1.0, LATER))
    mine.feedback.put(FeedbackRecord(turn.id, 1, "", 1.0))
    mine.preferences.put({"a": 1})
    mine.conversations.looked(look_of(turn.conversation, turn.id), [], LATER)
    assert mine.delete_everything() == ([turn.conversation], [A, B])
    with closing(Database(database_url)) as database, database.read() as connection:
        for table in (
            "files", "conversations", "turns", "looks", "responses", "feedback", "preferences",
        ):  # fmt: skip
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_key_is_kept_as_its_hash_and_refused_when_revoked(
    store: Store, database_url: str
) -> None:
    assert not store.keys.exist()
    key, record = create(store.keys, "shop", Limits(60))
    assert key.startswith("vqa_sk_")
    assert len(key) > 40
    assert store.keys.by_hash(hash_of(key)) == record
    with closing(Database(database_url)) as database, database.read() as connection:
        assert key not in str(connection.execute(text("SELECT * FROM keys")).all())
    assert store.keys.revoke(record.id)
    assert not store.keys.revoke(record.id)
    assert store.keys.by_hash(hash_of(key)) is None
    assert store.keys.exist(), "revoking the last key does not open the doors"


def test_the_schema_is_made_once_and_a_newer_one_is_left_alone(
    store: Store, database_url: str
) -> None:
    begun(store.of("me"))
    again = Store(Database(database_url))
    again.close()
    with closing(Database(database_url)) as database, database.write() as connection:
        connection.execute(text("INSERT INTO schema_version (version) VALUES (99)"))
    with pytest.raises(InputError, match="schema 99"):
        Store(Database(database_url))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql+nothing://x", "postgresql+psycopg://x@127.0.0.1:1/x"]
)
def test_a_database_that_cannot_be_had_is_told_without_its_password(url: str) -> None:
    with pytest.raises(InputError) as error:
        Store(Database(url))
    assert "database" in str(error.value)


def test_a_character_that_a_database_cannot_hold_is_the_request_s_fault(store: Store) -> None:
    with pytest.raises((NotFoundError, InputError)):
        store.of("me").files.get("file_\0")
