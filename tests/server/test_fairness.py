"""Who is let in: never too many, in turn between owners, in order within one, no place lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.access.identity import Caller, Limits
from server.engine.admission import FairAdmission
from server.errors import BusyError
from server.settings import ServerSettings
from tests.server.conftest import Clock, LookingPlanner, agent_of, data_url, png, serving
from tests.server.test_asking import services_of
from tests.server.test_isolation import keys_of
from tests.server.test_same_question import gate

__all__ = ["gate"]
OWNERS = ("a", "b", "c")
CONVERSATIONS = (None, None, "c1", "c2")


def caller(owner: str) -> Caller:
    return Caller(owner, owner, Limits())


def admission(running: int, waiting: int, wait_s: float = 60.0, clock: Clock | None = None):
    settings = ServerSettings(max_running=running, max_waiting=waiting, max_wait_s=wait_s)
    return FairAdmission(settings, clock or Clock())


class Question:
    """Asks for a place at once, and leaves when it is told to."""

    def __init__(self, door: FairAdmission, owner: str, conversation: str | None = None) -> None:
        self.owner, self.conversation = owner, conversation
        self.leaves = asyncio.Event()
        self.is_in = False
        self.task = asyncio.ensure_future(self._ask(door))

    async def _ask(self, door: FairAdmission) -> None:
        async with door.place(caller(self.owner), self.conversation):
            self.is_in = True
            try:
                await self.leaves.wait()
            finally:
                self.is_in = False

    @property
    def refusal(self) -> BusyError | None:
        if not self.task.done() or self.task.cancelled():
            return None
        error = self.task.exception()
        assert error is None or isinstance(error, BusyError)
        return error


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Door(RuleBasedStateMachine):
    """Questions come, wait, go away at any moment, are answered: what holds at each of them."""

    MOST_RUNNING, MOST_WAITING = 2, 5

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.asked: list[Question] = []
        self.door = self.do(self._made)

    async def _made(self) -> FairAdmission:
        return admission(self.MOST_RUNNING, self.MOST_WAITING)

    def do(self, step: Callable[[], Awaitable]) -> FairAdmission:
        async def stepped():
            done = await step()
            await settle()
            return done

        inside, talking = self.inside, {q.conversation for q in self.inside} - {None}
        done = self.loop.run_until_complete(stepped())
        self.check_order(inside, talking)
        return done

    def teardown(self) -> None:
        for question in self.asked:
            question.task.cancel()
        self.loop.run_until_complete(settle())
        assert (self.door.running, self.door.waiting) == (0, 0), "all places came back"
        self.loop.close()

    @property
    def inside(self) -> list[Question]:
        return [q for q in self.asked if q.is_in]

    @property
    def outside(self) -> list[Question]:
        return [q for q in self.asked if not q.is_in and not q.task.done()]

    @rule(owner=st.sampled_from(OWNERS), conversation=st.sampled_from(CONVERSATIONS))
    def come(self, owner: str, conversation: str | None) -> None:
        waited = Counter([owner, *(q.owner for q in self.outside)])

        async def asking() -> None:
            where = conversation and f"{conversation} of {owner}"
            self.asked.append(Question(self.door, owner, where))

        self.do(asking)
        turned_away = [q for q in self.asked if q.refusal is not None]
        self.asked = [q for q in self.asked if not q.task.done()]
        assert len(turned_away) <= 1
        for one in turned_away:
            assert waited.total() == self.MOST_WAITING + 1
            assert waited[one.owner] == max(waited.values())
            assert one.owner == owner or waited[owner] < waited[one.owner], "who was there stays"
            assert 1 <= int(one.refusal.headers["Retry-After"]) <= 300

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), is_cancelled=st.booleans(), more=st.integers(0, 2))
    def go(self, data: st.DataObject, is_cancelled: bool, more: int) -> None:
        """Some go away, or are answered, all at the same moment: one may just be let in."""
        going = [data.draw(st.sampled_from(self.asked)) for _ in range(more + 1)]

        async def leaving() -> None:
            for question in going:
                if is_cancelled:
                    question.task.cancel()
                else:
                    question.leaves.set()
                await asyncio.sleep(0)

        self.do(leaving)
        self.asked = [q for q in self.asked if not q.task.done()]

    @invariant()
    def never_more_than_may_and_never_fewer_than_can(self) -> None:
        assert self.door.running == len(self.inside) <= self.MOST_RUNNING
        assert self.door.waiting == len(self.outside) <= self.MOST_WAITING
        talking = [q.conversation for q in self.inside if q.conversation]
        assert len(talking) == len(set(talking)), "of a conversation one at a time"
        if len(self.inside) < self.MOST_RUNNING:
            assert all(q.conversation in talking for q in self.outside), "a place was lost"

    def check_order(self, inside: list[Question], talking: set[str | None]) -> None:
        """Who came in now overtook none of its owner's but those whose conversation was taken."""
        taken = talking | {q.conversation for q in self.inside} - {None}
        for late in (q for q in self.inside if q not in inside):
            earlier = self.asked[: self.asked.index(late)]
            overtaken = [q for q in earlier if q in self.outside and q.owner == late.owner]
            assert all(q.conversation in taken for q in overtaken), "a later one was faster"


TestDoor = Door.TestCase
TestDoor.settings = hypothesis.settings(max_examples=60, stateful_step_count=20, deadline=None)


@given(
    running=st.integers(1, 4),
    crowds=st.lists(st.integers(1, 20), min_size=1, max_size=5),
)
def test_a_newcomer_waits_for_one_question_of_each_other_at_most(running, crowds) -> None:
    async def let_in_before() -> Counter[str]:
        door = admission(running, 1000)
        questions = [Question(door, f"crowd{i}") for i, n in enumerate(crowds) for _ in range(n)]
        await settle()
        inside = [q for q in questions if q.is_in]
        questions.append(Question(door, "newcomer"))
        await settle()
        before: Counter[str] = Counter()
        while not questions[-1].is_in:
            inside.pop(0).leaves.set()
            await settle()
            (entered,) = (q for q in questions if q.is_in and q not in inside)
            inside.append(entered)
            before[entered.owner] += 1
        for question in questions:
            question.task.cancel()
        return before - Counter(["newcomer"])

    assert max(asyncio.run(let_in_before()).values(), default=0) <= 1


async def test_places_are_shared_even_where_one_asks_for_longer() -> None:
    door = admission(running=4, waiting=100)
    slow = [Question(door, "slow") for _ in range(10)]
    await settle()
    quick = [Question(door, "quick") for _ in range(10)]
    await settle()
    for question in slow[:2]:
        question.leaves.set()
        await settle()
    assert Counter(q.owner for q in slow + quick if q.is_in) == {"slow": 2, "quick": 2}
    quick[0].leaves.set()
    await settle()
    assert quick[2].is_in, "what one gives back stays with those who hold fewer"
    for question in slow + quick:
        question.task.cancel()


async def test_a_full_queue_lets_others_in_still() -> None:
    door = admission(running=1, waiting=4)
    crowd = [Question(door, "crowd") for _ in range(5)]
    await settle()
    one_more = Question(door, "crowd")
    other = Question(door, "other")
    await settle()
    assert one_more.refusal is not None
    assert crowd[-1].refusal is not None, "it made room for who had none waiting"
    assert other.refusal is None
    crowd[0].leaves.set()
    await settle()
    assert other.is_in
    for question in (*crowd, other):
        question.task.cancel()


async def test_who_waits_too_long_is_told_when_to_come_again() -> None:
    clock = Clock()
    door = admission(running=1, waiting=10, wait_s=0.01, clock=clock)
    for _ in range(40):
        async with door.place(caller("a")):
            clock.now += 30  # that is how long questions take here
    async with door.place(caller("a")):
        with pytest.raises(BusyError) as refused:
            async with door.place(caller("b")):
                pass
    assert 25 <= int(refused.value.headers["Retry-After"]) <= 31
    assert (door.running, door.waiting) == (0, 0)


async def test_of_a_conversation_one_at_a_time_and_nobody_waits_behind_it() -> None:
    door = admission(running=2, waiting=10)
    first, second = (Question(door, "a", "conv") for _ in range(2))
    elsewhere = Question(door, "a")
    await settle()
    assert (first.is_in, second.is_in, elsewhere.is_in) == (True, False, True)
    elsewhere.leaves.set()
    await settle()
    assert not second.is_in
    first.leaves.set()
    await settle()
    assert second.is_in
    second.task.cancel()


async def test_as_it_is_set_up_128_users_at_once_are_all_answered(settings) -> None:
    async with serving(settings, agent_of(planner=LookingPlanner)) as client:

        async def ask(number: int) -> httpx.Response:
            picture = data_url(png(number, size=(8, 8)))
            body = {"question": "How bright is it?", "pictures": [picture]}
            return await client.post("/v1/ask", json=body)

        replies = await asyncio.gather(*map(ask, range(128)))
    assert {reply.status_code for reply in replies} == {200}
    said = [reply.json()["short_answer"] for reply in replies]
    assert said == [str(round(number / 255 * 100)) for number in range(128)]


async def test_over_http_a_crowd_of_one_key_does_not_keep_another_waiting(settings, gate) -> None:
    settings = settings.model_copy(update={"max_running": 1})
    crowd, newcomer = keys_of(settings, "crowd", "newcomer")
    ended: list[str] = []
    agent = agent_of(tools=[gate.tool], planner=LookingPlanner)
    async with serving(settings, agent) as client:
        admission = services_of(client).engine.admission

        async def ask(key: str, number: int) -> None:
            body = {"question": "How bright is it?", "pictures": [data_url(png(number))]}
            headers = {"authorization": f"Bearer {key}"}
            reply = await client.post("/v1/ask", json=body, headers=headers)
            assert reply.status_code == 200
            ended.append(key)

        async def waiting(most: int) -> None:
            while admission.waiting < most:
                await asyncio.sleep(0.005)

        asking = [asyncio.ensure_future(ask(crowd, number)) for number in range(12)]
        await waiting(11)
        asking.append(asyncio.ensure_future(ask(newcomer, 99)))
        await waiting(12)
        gate.opens.set()
        await asyncio.gather(*asking)
    assert ended.index(newcomer) <= 1
