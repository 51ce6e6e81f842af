"""`vqa-agent chat`: questions one after another, read from a pipe."""

from __future__ import annotations

from tools.errors import PictureError


def test_questions_are_answered_in_turn(command, receipt, make):
    command.script["And the date?"] = make.answer(answer="The date is 2026-03-14 [e1].")
    result = command("chat", receipt, stdin="What is the total?\n\nAnd the date?\n")
    assert result.exit_code == 0, result.output
    assert result.stdout.index("39.10") < result.stdout.index("2026-03-14")
    assert [words[-1] for words in command.asked] == ["What is the total?", "And the date?"]
    assert command.agents[0].closed


def test_quit_ends_it(command, receipt):
    result = command("chat", receipt, stdin="/quit\nWhat is the total?\n")
    assert result.exit_code == 0
    assert command.asked == []


def test_pictures_can_be_added(command, receipt, tmp_path):
    result = command("chat", receipt, stdin=f"/add {receipt}\nWhat is the total?\n")
    assert result.exit_code == 0, result.output
    assert command.asked == [(receipt, receipt, "What is the total?")]
    assert "as img_" in result.stderr


def test_evidence_shows_all_that_was_seen(command, receipt, make):
    others = [make.evidence(n, text=f"line {n}", label="line") for n in range(2, 30)]
    total = make.evidence(label="total", value="39.10", text="TOTAL EUR 39.10")
    command.script["What is the total?"] = make.answer(evidence=[total, *others])
    result = command("chat", receipt, stdin="/evidence\nWhat is the total?\n/evidence\n")
    assert "nothing was asked yet" in result.stderr
    assert result.stdout.count("“line 29”") == 1


def test_a_bad_line_does_not_end_the_conversation(command, receipt):
    command.script["Boom?"] = PictureError("that picture is gone")
    lines = ["/add nothing.png", "/add", "/what", "Boom?", "What is the total?"]
    result = command("chat", receipt, stdin="\n".join(lines))
    assert result.exit_code == 0
    for said in ("no file nothing.png", "/add needs", "no command /what", "picture is gone"):
        assert said in result.stderr
    assert "39.10" in result.stdout


def test_standard_input_cannot_be_both(command, receipt):
    assert command("chat", "-", stdin="x").exit_code == 2
    assert command("chat", "nothing.png", stdin="x").exit_code == 2
