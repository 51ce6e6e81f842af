"""A person at the page, in a real Chromium: what is seen, pointed at, typed, dropped, and goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.access.keys import create
from server.settings import ServerSettings
from server.store import Database, Store
from tests.fakes.documents import pdf, text
from tests.server.browser import (
    AGAIN,
    IN_CHINESE,
    LINES,
    NOT_THERE,
    PROBABLY,
    TOTAL_AND_DATE,
    Eyes,
    chromium,
    receipt,
    running,
)

pytestmark = pytest.mark.slow
QUESTION = "What is the total, and what is the date?"
PHONE = {"width": 390, "height": 780}

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest(".unseen, .skip")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([walk.currentNode.data.trim().slice(0, 30), ratio.toFixed(2)]);
  }
  return poor;
}"""
"""Visible text with less contrast than WCAG 2.2 AA wants (4.5:1, success criterion 1.4.3)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def serve(tmp_path: Path, eyes: Eyes) -> Any:
    def start(*script: Any, **options: Any) -> Any:
        settings = ServerSettings(data_dir=tmp_path, warm_up=False, port=0, **options)
        return running(settings, [turn for part in script for turn in part], eyes)

    return start


@pytest.fixture
def visit(browser) -> Iterator[Any]:
    """Opens pages; nothing may be asked outside of the service, and no script may fail."""
    contexts, wrong = [], []

    def open_page(url: str, **options: Any) -> Any:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-US"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda r: r.url.startswith((url, "blob:")) or wrong.append(r.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def attach(page: Any, *pictures: tuple[str, bytes]) -> None:
    files = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in pictures]
    page.set_input_files(
        "#files", files or [{"name": "receipt.png", "mimeType": "image/png", "buffer": receipt()}]
    )
    page.locator("#attached li").first.wait_for()


def ask(page: Any, question: str = QUESTION) -> None:
    page.fill("#question", question)
    page.keyboard.press("Enter")


def answered(page: Any, number: int = 1) -> Any:
    page.locator(".foot").nth(number - 1).wait_for()
    return page.locator(".turn").nth(number - 1)


def expect(locator: Any) -> Any:
    from playwright.sync_api import expect as expecting

    expecting.set_options(timeout=60_000)
    return expecting(locator)


def lit(page: Any) -> list[str]:
    return [box.get_attribute("data-evidence") for box in page.locator(".box.lit").all()]


def test_steps_unfold_and_sentences_and_boxes_light_each_other(serve, visit, eyes) -> None:
    with serve(TOTAL_AND_DATE) as url:
        page = visit(url)
        expect(page).to_have_title("vqa-agent")
        attach(page)
        eyes.may_look.clear()
        ask(page)
        expect(page.locator(".step.running").first).to_contain_text("Read the text: total")
        expect(page.locator("#status")).to_contain_text("Read the text")
        eyes.may_write.clear()
        eyes.may_look.set()
        expect(page.locator(".said")).to_have_text("The total is 7.70.")
        assert page.locator(".finding").count() == 2, "what was found is there before the answer"
        assert page.locator(".foot").count() == 0
        eyes.may_write.set()
        turn = answered(page)
        assert not turn.locator(".steps").evaluate("e => e.open"), "folded when it is done"
        expect(page.locator("#status")).to_contain_text(
            "The total is 7.70. The date is 14/03/2026."
        )
        sentences = turn.locator(".sentence")
        sentences.nth(0).hover()
        expect(page.locator('.box.lit[data-evidence="e1"]')).to_have_count(1)
        expect(page.locator("#caption")).to_contain_text("TOTAL EUR 7.70")
        sentences.nth(1).focus()
        assert "e2" in lit(page)
        shown, box = (
            page.locator(".canvas").bounding_box(),
            page.locator('.box[data-evidence="e2"]').bounding_box(),
        )
        ratio = shown["width"] / 480
        expected = [shown["x"] + LINES["date"][0] * ratio, shown["y"] + LINES["date"][1] * ratio]
        assert [box["x"], box["y"]] == pytest.approx(expected, abs=2)
        page.mouse.move(5, 5)
        page.locator('.box[data-evidence="e1"]').focus()
        expect(sentences.nth(0)).to_have_class(re.compile("lit"))
        expect(sentences.nth(1)).not_to_have_class(re.compile("lit"))
        described = sentences.nth(0).get_attribute("aria-describedby")
        expect(page.locator(f"#{described}")).to_contain_text("TOTAL EUR 7.70")


def test_a_conversation_goes_on_over_a_reload_with_pictures_answers_and_thumbs(
    serve, visit
) -> None:
    with serve(TOTAL_AND_DATE, AGAIN, AGAIN) as url:
        page = visit(url)
        attach(page, ("a.png", receipt()), ("b.pdf", pdf(text(20, 100, "Page one"))))
        ask(page)
        turn = answered(page)
        turn.get_by_label("Bad answer").click()
        page.get_by_label("What was wrong?").fill("The date is the 15th.")
        page.keyboard.press("Enter")
        expect(page.get_by_label("What was wrong?")).to_have_count(0)
        page.reload()
        turn = answered(page)
        expect(turn.get_by_label("Bad answer")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".thumb img")).to_have_count(2)
        ask(page, "And again?")
        second = answered(page, 2)
        second.locator(".sentence").hover()
        expect(page.locator('.box.lit[data-evidence="e1"]')).to_have_count(1)
        expect(page.locator(".canvas img")).to_have_attribute("alt", re.compile("a.png"))
        turn.get_by_text("2 steps").click()
        turn.locator(".finding").nth(1).focus()
        assert lit(page) == ["e2"]
        page.locator("#new").click()
        expect(page.locator(".turn")).to_have_count(0)
        assert "#" not in page.url


def test_estimates_look_like_estimates_and_abstentions_say_why(serve, visit) -> None:
    with serve(PROBABLY, NOT_THERE) as url:
        page = visit(url)
        attach(page)
        ask(page, "Is it a cafe?")
        turn = answered(page)
        expect(turn.locator(".badge.estimate")).to_have_text("Estimate")
        assert (
            turn.locator(".sentence .words").evaluate(
                "e => getComputedStyle(e).textDecorationStyle"
            )
            == "dashed"
        )
        turn.locator(".sentence").focus()
        expect(page.locator(".canvas.whole.estimated")).to_have_count(1)
        ask(page, "How much is the tip?")
        turn = answered(page, 2)
        expect(turn.locator(".badge.abstained")).to_contain_text("not there")
        expect(turn.locator(".findings")).to_contain_text("no tip")
        expect(turn.locator(".why")).to_contain_text("may help")
        assert turn.locator(".sentence").count() == 0


def test_pictures_come_by_drop_paste_and_camera_and_leave_again(serve, visit) -> None:
    with serve() as url:
        page = visit(url, permissions=["camera", "clipboard-read", "clipboard-write"])
        hand = """(kind) => {
          const canvas = new OffscreenCanvas(40, 30);
          canvas.getContext("2d").fillRect(0, 0, 20, 20);
          return canvas.convertToBlob().then((blob) => {
            const data = new DataTransfer();
            data.items.add(new File([blob], kind + ".png", { type: "image/png" }));
            const event = kind === "paste"
              ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
              : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector("#question").dispatchEvent(event);
          });
        }"""
        page.evaluate(hand, "dragenter")
        expect(page.locator("#overlay")).to_be_visible()
        page.evaluate(hand, "drop")
        expect(page.locator("#overlay")).to_be_hidden()
        expect(page.locator("#attached li")).to_have_count(1)
        page.evaluate(hand, "paste")
        expect(page.locator("#attached li")).to_have_count(2)
        page.locator("#camera").click()
        expect(page.locator("#viewfinder")).to_be_visible()
        page.wait_for_timeout(300)  # the camera's first picture
        page.locator("#shutter").click()
        expect(page.locator("#attached li")).to_have_count(3)
        expect(page.locator(".thumb")).to_have_count(3)
        page.get_by_label("Remove paste.png").click()
        expect(page.locator("#attached li")).to_have_count(2)
        assert page.locator("#shot").get_attribute("capture") == "environment"


def test_what_goes_wrong_says_what_to_do_and_keeps_the_question(serve, visit) -> None:
    with serve(TOTAL_AND_DATE, max_picture_mb=0.02) as url:
        page = visit(url)
        ask(page)
        expect(page.locator("#alert")).to_contain_text("Add a picture first.")
        attached = [{"name": "big.png", "mimeType": "image/png", "buffer": bytes(30_000)}]
        page.set_input_files("#files", attached)
        expect(page.locator("#alert")).to_contain_text(
            "big.png is too large: 0.0 MB, 0.02 MB at most."
        )
        page.set_input_files(
            "#files", [{"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"}]
        )
        page.keyboard.press("Enter")
        expect(page.locator("#alert")).to_contain_text("A picture cannot be read.")
        assert page.input_value("#question") == QUESTION
        expect(page.locator("#attached li")).to_have_count(1)
        page.get_by_label("Remove no.png").click()
        attach(page)
        answers = iter([503, None])

        def route(handler: Any) -> None:
            if next(answers, None) is None:
                return handler.continue_()
            busy = '{"error": {"message": "busy", "type": "server_error", "param": null, "code": "busy"}}'
            return handler.fulfill(status=503, headers={"Retry-After": "2"}, body=busy)

        page.route("**/v1/ask", route)
        page.locator("#send").click()
        expect(page.locator("#alert")).to_contain_text("Trying again in 2 s")
        answered(page)  # it did, by itself
        expect(page.locator("#alert")).to_be_hidden()
        page.unroute("**/v1/ask")
        page.route("**/v1/ask", lambda handler: handler.abort())
        ask(page, "And now?")
        expect(page.locator("#alert")).to_contain_text("cannot be reached")
        expect(page.get_by_text("Try again", exact=True)).to_be_visible()
        assert page.input_value("#question") == "And now?"
        page.goto(f"{url}/#conv_{'0' * 32}")
        page.reload()
        expect(page.locator("#alert")).to_contain_text("not here any more")


def test_a_question_is_stopped_and_can_be_asked_again(serve, visit, eyes) -> None:
    with serve(TOTAL_AND_DATE[:1], TOTAL_AND_DATE) as url:
        page = visit(url)
        attach(page)
        eyes.may_look.clear()
        ask(page)
        page.locator(".step.running").first.wait_for()
        page.locator("#stop").click()
        expect(page.locator(".turn")).to_have_count(0)
        page.locator("#send").click()
        page.locator(".step.running").first.wait_for()
        eyes.may_look.set()
        expect(answered(page).locator(".said")).to_contain_text("7.70")


def test_a_key_is_asked_for_where_one_is_wanted_and_forgotten_with_the_tab(
    serve, visit, tmp_path
) -> None:
    store = Store(Database(ServerSettings(data_dir=tmp_path).url_of_database))
    key, _ = create(store.keys, "shop")
    store.close()
    with serve(TOTAL_AND_DATE) as url:
        page = visit(url)
        field = page.get_by_label("API key")
        field.fill("vqa_sk_wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#key-wrong")).to_be_visible()
        field.fill(key)
        page.keyboard.press("Enter")
        expect(page.locator("#key")).to_be_hidden()
        attach(page)
        ask(page)
        answered(page)
        page.reload()
        answered(page)
        assert key not in str(page.evaluate("() => ({...localStorage})")) + page.url
        expect(visit(url).locator("#key")).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_all_of_it_in_chinese_by_keyboard_on_a_phone_with_enough_contrast(
    serve, visit, look
) -> None:
    with serve(IN_CHINESE) as url:
        page = visit(url, viewport=PHONE, locale="zh-CN", color_scheme=look)
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.locator("h1")).to_have_text("问一张图片。")
        assert page.evaluate(CONTRAST) == []
        attach(page)
        ask(page, "总额是多少？日期呢？")
        turn = answered(page)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        page.locator("#thread").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # behind the steps
        expect(turn.locator(".sentence").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(turn.locator(".sentence").first).to_have_attribute("aria-pressed", "true")
        assert (
            page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
        )
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(turn.get_by_label("回答得好")).to_have_attribute("aria-pressed", "true")
        page.locator("#language").click()
        expect(turn.get_by_label("Good answer")).to_have_attribute("aria-pressed", "true")
        background = "() => getComputedStyle(document.body).backgroundColor"
        before = page.evaluate(background)
        page.locator("#look").click()
        page.reload()
        assert page.evaluate(background) != before
        answered(page)
        assert page.evaluate(CONTRAST) == []
        for landmark in ("banner", "main", "navigation"):
            expect(page.get_by_role(landmark)).to_have_count(1)
        for element in page.locator("button:visible, textarea, input:visible").all():
            named = "e => e.ariaLabel || e.textContent.trim() || e.labels?.length"
            assert element.evaluate(named), element.evaluate("e => e.outerHTML")
