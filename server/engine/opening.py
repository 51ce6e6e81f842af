"""Opens the session that a question goes on with: kept in memory, restored from the store, or new.

A turn holds the conversation as it was after it, so a question may follow any turn: it goes on
with the conversation if that turn is its last one, else it begins a new one that shares its past.
What was looked at without a question since the last turn (`Engine.visit`) belongs to the former.
Everything here blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary

from agent import VisualAgent
from agent.answer import Draft
from agent.planners.conversation import question_message
from agent.preferences import Preferences
from agent.session import Session
from agent.sessions import Sessions, UnknownSessionError
from server.access.identity import Caller
from server.engine.transcripts import NOTHING, Said, transcript_of
from server.errors import BadRequestError, DeletedError
from server.pictures.intake import Handle, Intake
from server.settings import ServerSettings
from server.store import Owned
from server.store.records import LookRecord, StoredPicture, TurnRecord, new_id


@dataclass(frozen=True)
class Ask:
    """A question to the engine.

    Args:
        caller: who asks.
        question: the text.
        pictures: those that come with it, beside the ones of the conversation.
        conversation: the id of one to go on with.
        after: the id of a turn to go on from, instead.
        history: what was said before, of a client that tells it each time, instead.
        sentences: whether sentences are wanted as soon as they are checked.
        talks: whether a question where no picture is gets an answer, which asks for one; else it
            is an error.
        stores: whether the turn is kept; else nobody can go on from it.
        preferences: how the answer is wanted, over what its owner has set; names are of labels
            (`VisualAgent.known`).
    """

    caller: Caller
    question: str
    pictures: tuple[Handle, ...] = ()
    conversation: str | None = None
    after: str | None = None
    history: tuple[Said, ...] = ()
    sentences: bool = False
    talks: bool = False
    stores: bool = True
    preferences: Preferences = field(default_factory=Preferences)


@dataclass(frozen=True)
class Start:
    """Where a question goes on: the conversation (None: a new one) and the turn before it."""

    conversation: str | None = None
    turn: TurnRecord | None = None


@dataclass(frozen=True)
class Opened:
    """A session that is ready for the question."""

    session: Session
    conversation: str
    begins: bool
    pictures: tuple[StoredPicture, ...]
    """All picture files of it, in order."""
    transcript: str
    position: int
    turn: str
    """The turn that it goes on from; empty before the first one."""
    point: str
    """The turn or look whose snapshot the session was opened with; empty where there was none."""
    shows_more: bool
    """Whether there are pictures that were not there at that point."""


class Opener:
    """Finds where a question goes on, and opens the session for it."""

    def __init__(self, settings: ServerSettings, agent: VisualAgent, intake: Intake) -> None:
        self._settings = settings
        self._agent = agent
        self._intake = intake
        self._kept = Sessions(agent, most=settings.open_conversations)
        self._turns: WeakKeyDictionary[Session, str] = WeakKeyDictionary()
        """The last stored turn (or look) of each session that is kept."""

    def keep(self, session: Session, turn: str) -> None:
        """Keep a session for what comes next after that turn (or look)."""
        self._turns[session] = turn
        self._kept.keep(session)

    def forget(self, conversation: str) -> None:
        """Let go of a conversation."""
        self._kept.close(conversation)

    def start(self, mine: Owned, ask: Ask) -> Start:
        """Where the question goes on.

        Raises:
            BadRequestError: there are too many pictures.
            NotFoundError: there is no such conversation or turn of this owner.
        """
        most = self._settings.max_pictures
        if len(ask.pictures) > most:
            raise BadRequestError(
                f"{most} pictures are the most for one question", param="pictures"
            )
        if ask.conversation is not None:
            return Start(mine.conversations.get(ask.conversation).id)
        turn: TurnRecord | None = None
        if ask.after is not None:
            turn = mine.conversations.turn(ask.after)
        elif ask.history:
            turn = mine.conversations.turn_of_transcript(transcript_of(ask.history))
        return Start(turn.conversation, turn) if turn else Start()

    def open(self, mine: Owned, ask: Ask, start: Start) -> Opened:
        """The session, with the question's pictures; nobody else asks in its conversation now.

        Raises:
            BadRequestError: the conversation would have too many pictures.
            PictureError: one of the pictures cannot be read.
            DeletedError: the conversation was deleted while its turn was waited for.
            GoneError: a picture of the conversation is not here any more.
        """
        if start.conversation and not mine.conversations.has(start.conversation):
            raise DeletedError
        last = mine.conversations.last_turn(start.conversation) if start.conversation else None
        before = start.turn or last
        goes_on = start.conversation is not None and (before is None or before == last)
        conversation = start.conversation if goes_on else None
        turn = before.id if before else ""
        looked = mine.conversations.look(conversation, turn) if conversation else None
        point = looked or before
        if point is not None:
            pictures = mine.conversations.pictures(point.conversation)[: point.pictures]
            session = self._session(mine, conversation, point, pictures)
        else:
            session = self._new(mine, conversation)
            pictures = self._tell(session, ask.history)
        new = self._show(session, pictures, ask.pictures)
        if len(new) > self._settings.max_conversation_pictures:
            raise BadRequestError(
                f"a conversation has at most {self._settings.max_conversation_pictures} pictures; "
                "begin a new one",
                param="pictures",
            )
        transcript = before.transcript if before else transcript_of(ask.history) or NOTHING
        set_before = Preferences.model_validate(mine.preferences.get())
        session.preferences = ask.preferences.over(set_before.over(self._agent.preferences))
        position = last.position + 1 if goes_on and last else 0
        return Opened(
            session,
            session.id,
            not goes_on,
            tuple(new),
            transcript,
            position,
            turn,
            point.id if point else "",
            len(new) > (point.pictures if point else 0),
        )

    def _new(self, mine: Owned, conversation: str | None) -> Session:
        return self._agent.session(session_id=conversation or new_id("conv"), owner=mine.owner)

    def _session(
        self,
        mine: Owned,
        conversation: str | None,
        before: TurnRecord | LookRecord,
        pictures: list[StoredPicture],
    ) -> Session:
        """The conversation after a turn or a look; under an id of its own where it branches off."""
        if conversation is not None:
            try:
                session = self._kept.get(conversation)
            except UnknownSessionError:
                pass
            else:
                self._kept.close(conversation)  # until the turn is stored: else it is restored
                if self._turns.get(session) == before.id:
                    return session
        session = self._new(mine, conversation)
        self._show(session, [], [Handle(p.sha256, p.name) for p in pictures])
        session.load_snapshot(before.snapshot)
        return session

    def _show(
        self,
        session: Session,
        known: list[StoredPicture],
        handles: tuple[Handle, ...] | list[Handle],
    ) -> list[StoredPicture]:
        """Add pictures to the session; all of its files."""
        files = list(known)
        here = {picture.sha256 for picture in files}
        for handle in handles:
            if handle.sha256 not in here:
                load = partial(self._intake.content, handle.sha256)
                session.pictures.add(load(), handle.name, load)
                files.append(handle.stored)
                here.add(handle.sha256)
        return files

    def _tell(self, session: Session, history: tuple[Said, ...]) -> list[StoredPicture]:
        """Tell a new session what was said before, of which nothing is stored here.

        Of the answers only the words are known; evidence for them would have to be seen again.
        """
        from langchain_core.messages import AIMessage

        files: list[StoredPicture] = []
        for said in history:
            files = self._show(session, files, said.pictures)
            ids = [picture.ref.id for picture in session.pictures]
            draft = Draft(abstain="no", short_answer="", answer=said.answer)
            session.messages += [
                question_message(said.question, ids),
                AIMessage(draft.model_dump_json()),
            ]
        return files
