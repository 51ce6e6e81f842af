from __future__ import annotations

from tools.execution.breaker import CircuitBreaker


def test_it_opens_after_time_outs_in_a_row_and_tries_again_after_a_pause() -> None:
    now = 0.0
    breaker = CircuitBreaker(after=3, pause_s=60, clock=lambda: now)
    for _ in range(2):
        breaker.timed_out()
    assert not breaker.is_open
    breaker.answered()
    for _ in range(3):
        assert not breaker.is_open
        breaker.timed_out()
    assert breaker.is_open
    now = 59
    assert breaker.is_open
    now = 61
    assert not breaker.is_open
    assert breaker.has_tripped
    breaker.timed_out()
    assert breaker.is_open, "one more is enough"
    now = 122
    breaker.answered()
    assert not breaker.has_tripped
    breaker.timed_out()
    assert not breaker.is_open
