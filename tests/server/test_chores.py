"""What chat pages ask for their own use, in Open WebUI's form."""

from __future__ import annotations

import json

import pytest

from tests.server.conftest import agent_of, serving
from tests.server.test_asking import QUESTION
from tests.server.test_chat import URL, body, events_of

TASK = """### Task:
{task}
### Guidelines:
- Use the chat's primary language; default to English if multilingual.
### Output:
JSON format: {form}
### Chat History:
<chat_history>
USER: {question}
ASSISTANT: It is 47 percent bright.
</chat_history>"""


@pytest.mark.parametrize(
    ("form", "question", "answer"),
    [
        ('{ "title": "your concise title here" }', QUESTION, {"title": "How bright is it"}),
        ('{ "title": "a" }', "这张图片有多亮？", {"title": "这张图片有多亮"}),
        ('{ "title": "a" }', "", {"title": "Pictures"}),
        ('{ "tags": ["tag1", "tag2"] }', QUESTION, {"tags": ["Pictures"]}),
        ('{ "tags": ["tag1"] }', "有多亮？", {"tags": ["图片"]}),
        ('{ "follow_ups": ["Question 1?"] }', "What text is in the picture?", {"follow_ups": [
            "Describe the picture.", "What objects are in the picture?", "What colours are there?"]}),
        ('{ "queries": ["q"] }', QUESTION, {"queries": []}),
    ],
)  # fmt: skip
async def test_tasks_of_chat_pages_are_done_without_planner_and_tools(
    settings, form, question, answer
) -> None:
    agent = agent_of()
    task = TASK.format(task="Generate something.", form=form, question=question)
    messages = [{"role": "user", "content": task}]
    async with serving(settings, agent) as client:
        reply = (await client.post(URL, json=body(*messages, max_tokens=1000))).json()
        events = await events_of(client, messages=messages)
    assert json.loads(reply["choices"][0]["message"]["content"]) == answer
    deltas = [d["choices"][0]["delta"].get("content", "") for _, d in events if d != "[DONE]"]
    assert json.loads("".join(deltas)) == answer
    assert reply["vqa"] is None
    assert agent.planner.seen == []


async def test_a_task_that_is_not_known_is_a_question_like_any_other(settings) -> None:
    task = TASK.format(task="Sing.", form='{ "song": "la" }', question=QUESTION)
    async with serving(settings, agent_of()) as client:
        reply = await client.post(URL, json=body({"role": "user", "content": task}))
    assert reply.json()["vqa"]["reason"] == "no_picture"
