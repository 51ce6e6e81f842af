"""The words of the terminal output, in each language that answers come in.

What answers themselves say is `agent.grounding.wording`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.answer import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "evidence": "Evidence",
        "seen": "What I saw",
        "nothing_seen": "Nothing was seen.",
        "read_as": "Read as: {question}",
        "id": "id",
        "tool": "tool",
        "what": "what",
        "where": "where",
        "score": "score",
        "none": "none",
        "unsure": "unsure",
        "look": "look",
        "saw": "saw",
        "cited": "cited",
        "without": "without it",
        "same": "the same answer",
        "explained": 'why "{what}" ({tool}, {id}) scores {score:.2f}',
        "faithful": "deletion {deletion_auc:.2f} (random {random_deletion_auc:.2f}), insertion "
        "{insertion_auc:.2f} (random {random_insertion_auc:.2f})",
        "for": "for it",
        "against": "against it",
        "whole": "whole picture",
        "more": "… and {count} more (--verbose or --json shows all)",
        "failed": "{tool} failed: {error}",
        "unsupported": "Not carried by the evidence: {text}",
        "confidence": "confidence {score:.2f}",
        "estimate": "estimate",
        "estimated": "estimate, confidence {score:.2f}",
        "abstained": "no answer ({reason})",
        "planner": "planner {name}",
        "stood_in": "{stood_in}, because the one at {url} could not be had",
        "cached": "from cache",
    },
    "zh": {
        "evidence": "证据",
        "seen": "我看到的",
        "nothing_seen": "什么也没有看到。",
        "read_as": "理解为:{question}",
        "id": "编号",
        "tool": "工具",
        "what": "内容",
        "where": "位置",
        "score": "分数",
        "none": "没有",
        "unsure": "不确定",
        "look": "查看",
        "saw": "看到",
        "cited": "引用",
        "without": "没有它",
        "same": "答案不变",
        "explained": "“{what}”({tool},{id})为什么得 {score:.2f} 分",
        "faithful": "删除 {deletion_auc:.2f}(随机 {random_deletion_auc:.2f}),插入 "
        "{insertion_auc:.2f}(随机 {random_insertion_auc:.2f})",
        "for": "支持",
        "against": "反对",
        "whole": "整张图",
        "more": "…… 还有 {count} 条(--verbose 或 --json 显示全部)",
        "failed": "{tool} 失败:{error}",
        "unsupported": "证据不支持:{text}",
        "confidence": "置信度 {score:.2f}",
        "estimate": "估计",
        "estimated": "估计,置信度 {score:.2f}",
        "abstained": "无法回答({reason})",
        "planner": "规划器 {name}",
        "stood_in": "{stood_in}(因为 {url} 处的规划器不可用)",
        "cached": "来自缓存",
    },
}
