"""QR codes and bar codes, read with zxing-cpp. What a code says is data, never followed."""

from __future__ import annotations

from tools.base import vision_tool
from tools.evidence import Finding, ToolReport, clip_box
from tools.pictures.store import Picture

MAX_TEXT = 4000
"""Characters kept of one code; a QR code holds at most 4296."""


@vision_tool(version="1")
def read_codes(picture: Picture) -> ToolReport:
    """Read the QR codes and bar codes in a picture: their format and content."""
    import zxingcpp

    findings = []
    for code in zxingcpp.read_barcodes(picture.pixels):
        corners = (
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_right,
            code.position.bottom_left,
        )
        xs, ys = [float(p.x) for p in corners], [float(p.y) for p in corners]
        box = clip_box((min(xs), min(ys), max(xs) + 1, max(ys) + 1), picture.ref)
        findings.append(
            Finding(
                picture=picture.ref,
                box_xyxy=box,
                label=str(code.format),
                text=code.text[:MAX_TEXT],
                score=1.0,  # a code that decodes has passed its own checksum
            )
        )
    if not findings:
        findings = [Finding(picture=picture.ref, label="code", value=0, status="none", score=0.9)]
    return ToolReport(summary=f"read_codes {picture.ref.id}", findings=tuple(findings))
