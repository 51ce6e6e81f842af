"""A person among their conversations: opens one, links to it, deletes it, deletes everything."""

from __future__ import annotations

from typing import Any

import pytest

from agent.testing import answering, calling
from tests.server.browser import (
    AGAIN,
    IN_CHINESE,
    NOT_THERE,
    PROBABLY,
    TOTAL_AND_DATE,
    Eyes,
    receipt,
)
from tests.server.test_browser import (
    CONTRAST,
    QUESTION,
    answered,
    ask,
    attach,
    browser,
    expect,
    eyes,
    serve,
    visit,
)

__all__ = ["Eyes", "browser", "eyes", "serve", "visit"]
pytestmark = pytest.mark.slow
LATER_PROBABLY = [
    calling(("answer_by_fusion", {"picture": "img_1", "question": "Is it a cafe?"})),
    answering("Probably yes [e3].", "{e3.value}"),
]
SHOWN = """e => [...e.querySelectorAll(".step, .said, .why, .badge, .sure, summary")]
  .map(part => part.className + ": " + part.textContent)"""


def listed(page: Any) -> Any:
    page.locator("#history-open").click()
    page.locator("#history-list li").first.wait_for()
    return page.locator("#history-list a")


def test_a_turn_that_was_stored_looks_as_it_did_when_it_was_answered(serve, visit) -> None:
    with serve(TOTAL_AND_DATE, AGAIN, LATER_PROBABLY, NOT_THERE) as url:
        page = visit(url)
        attach(page)
        questions = (QUESTION, "And the total?", "Is it a cafe?", "How much is the tip?")
        for number, question in enumerate(questions, 1):
            ask(page, question)
            answered(page, number)
        live = [turn.evaluate(SHOWN) for turn in page.locator(".turn").all()]
        page.reload()
        answered(page, 4)
        assert [turn.evaluate(SHOWN) for turn in page.locator(".turn").all()] == live
        sentence = page.locator(".turn").first.locator(".sentence").last
        sentence.hover()
        expect(page.locator(".box.lit")).to_have_count(1)
        assert (
            page.locator(".box.lit .tag").text_content() == sentence.locator("sup").text_content()
        )


def test_conversations_are_listed_opened_linked_to_and_deleted(serve, visit) -> None:
    with serve(TOTAL_AND_DATE, PROBABLY) as url:
        page = visit(url)
        page.locator("#history-open").click()
        expect(page.locator("#history-status")).to_have_text("None yet.")
        page.keyboard.press("Escape")
        expect(page.locator("#history-open")).to_be_focused()
        attach(page)
        ask(page)
        answered(page)
        first = page.url
        page.locator("#new").click()
        attach(page)
        ask(page, "Is it a cafe?")
        answered(page)
        assert page.title().startswith("Is it a cafe?")
        rows = listed(page)
        expect(rows.locator(".name")).to_have_text(["Is it a cafe?", QUESTION])
        expect(rows.first).to_have_attribute("aria-current", "page")
        rows.last.click()
        expect(page.locator("#history")).to_be_hidden()
        expect(answered(page).locator(".asked")).to_contain_text(QUESTION)
        assert page.url == first
        page.go_back()
        expect(answered(page).locator(".asked")).to_contain_text("Is it a cafe?")
        rows = listed(page)
        page.get_by_label(f"Delete: {QUESTION}").click()
        expect(page.locator("#confirm button").first).to_be_focused()
        page.keyboard.press("Enter")  # no
        expect(rows).to_have_count(2)
        page.get_by_label(f"Delete: {QUESTION}").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(rows.locator(".name")).to_have_text(["Is it a cafe?"])
        expect(page.locator("#status")).to_have_text("Deleted.")
        page.keyboard.press("Escape")
        expect(page.locator(".turn")).to_have_count(1)
        gone = visit(url)
        gone.goto(first)
        expect(gone.locator("#alert")).to_contain_text("not here any more")


def test_everything_is_deleted_only_when_that_is_confirmed(serve, visit) -> None:
    with serve(TOTAL_AND_DATE) as url:
        page = visit(url)
        attach(page)
        ask(page)
        answered(page)
        listed(page)
        page.locator("#delete-all").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("Delete all your data?")
        page.keyboard.press("Escape")
        expect(page.locator(".turn")).to_have_count(1)
        page.locator("#delete-all").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator(".welcome")).to_be_visible()
        assert page.url == url + "/"
        page.locator("#history-open").click()
        expect(page.locator("#history-status")).to_have_text("None yet.")


PROBLEMS = """() => {
  const named = (e) => {
    const by = e.getAttribute("aria-labelledby");
    return e.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent) ||
      e.labels?.[0]?.textContent || e.alt || e.textContent.trim();
  };
  const seen = (e) => e.checkVisibility() && !e.closest("[aria-hidden=true]");
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const wrong = [];
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) wrong.push(`twice: ${id}`);
  for (const e of all("a, button, input, textarea, summary, dialog[open], [role=button]"))
    if (!named(e)) wrong.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  for (const e of all("img")) if (!e.hasAttribute("alt")) wrong.push(`no alt: ${e.src}`);
  for (const e of all("[aria-describedby], [aria-labelledby]"))
    for (const name of ["aria-describedby", "aria-labelledby"])
      for (const id of (e.getAttribute(name) ?? "").split(" ").filter(Boolean))
        if (!document.getElementById(id)) wrong.push(`${name} leads nowhere: ${id}`);
  for (const e of all("[tabindex]")) if (e.tabIndex > 0) wrong.push(`order: ${e.outerHTML.slice(0, 80)}`);
  for (const e of all("button, a, summary")) {
    const { width, height } = e.getBoundingClientRect();
    const inText = e.closest(".findings, .canvas, .skip");
    if (!inText && (width < 24 || height < 24)) wrong.push(`small: ${named(e)} ${width}x${height}`);
  }
  for (const e of all("button button, a button, button a")) wrong.push(`nested: ${named(e)}`);
  if (all("h1").length > 1) wrong.push("headings");
  if (!document.documentElement.lang) wrong.push("lang");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("scrolls sideways");
  return wrong;
}"""
"""What a screen reader, a keyboard or a thumb would stumble over (WCAG 2.2: 1.1.1, 1.3.1, 1.4.10,
2.4.3, 2.5.8, 4.1.2)."""
MOVING = """() => document.getAnimations().filter(a => a.playState === "running").length"""


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(
    ("size", "locale"), [((360, 740), "zh-CN"), ((1280, 800), "en-US")], ids=["phone", "desktop"]
)
def test_nobody_is_left_out(serve, visit, size, locale, look) -> None:
    first = (IN_CHINESE, "总额是多少？") if locale == "zh-CN" else (TOTAL_AND_DATE, QUESTION)
    with serve(first[0], LATER_PROBABLY, NOT_THERE) as url:
        viewport = {"width": size[0], "height": size[1]}
        page = visit(
            url, viewport=viewport, locale=locale, color_scheme=look, reduced_motion="reduce"
        )

        def fine() -> None:
            assert page.evaluate(PROBLEMS) == []
            assert page.evaluate(CONTRAST) == []
            assert page.evaluate(MOVING) == 0

        fine()
        attach(page, ("a.png", receipt()), ("b.png", receipt(mark="B")))
        fine()
        questions = (first[1], "Is it a cafe?", "How much is the tip?")
        for number, question in enumerate(questions, 1):
            ask(page, question)
            answered(page, number)
            fine()
        for details in page.locator(".steps").all():
            details.evaluate("e => { e.open = true }")
        fine()
        listed(page)
        fine()
        page.locator("#delete-all").click()
        fine()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.set_input_files(
            "#files", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}]
        )
        ask(page, "总额是多少？")
        page.locator("#alert").wait_for()
        fine()


TAGS = """() => [...document.querySelectorAll(".box.cited .tag")].map((tag) => {
  const { left, top, right, bottom } = tag.getBoundingClientRect();
  return [left, top, right, bottom];
})"""


def test_numbers_of_boxes_do_not_cover_each_other(serve, visit, monkeypatch) -> None:
    near = {"total": (20, 100, 200, 130), "date": (22, 102, 190, 128)}
    monkeypatch.setattr("tests.server.browser.LINES", near)
    with serve(TOTAL_AND_DATE) as url:
        page = visit(url, viewport={"width": 360, "height": 740})
        attach(page)
        ask(page)
        answered(page)
        expect(page.locator(".box.cited .tag[data-at]")).to_have_count(2)
        one, two = page.evaluate(TAGS)
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        assert sorted(page.locator(".box.cited .tag").all_text_contents()) == ["1", "2"]
