"""Vision tools and the types that they speak. What a tool of one's own needs is here by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.base import VisionTool, vision_tool
    from tools.errors import InputError, PictureError, ToolError
    from tools.evidence import Evidence, Finding, PictureRef, Region, ToolReport
    from tools.pictures.store import Picture, PictureStore

__all__ = [
    "Evidence",
    "Finding",
    "InputError",
    "Picture",
    "PictureError",
    "PictureRef",
    "PictureStore",
    "Region",
    "ToolError",
    "ToolReport",
    "VisionTool",
    "vision_tool",
]
_HOMES = {
    "tools.base": ("VisionTool", "vision_tool"),
    "tools.errors": ("InputError", "PictureError", "ToolError"),
    "tools.evidence": ("Evidence", "Finding", "PictureRef", "Region", "ToolReport"),
    "tools.pictures.store": ("Picture", "PictureStore"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'tools' has no attribute {name!r}")
