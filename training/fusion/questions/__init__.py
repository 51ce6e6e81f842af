"""Questions generated from captions, boxes and labels of photographs, in English and Chinese.

`generate` yields questions with the answers that people would give; `statements` yields sentences
that hold of a photograph. Both are seeded; photographs are split by their names (`split_of`), and
pictures that the agent is measured on occur in neither.
"""

from training.fusion.questions.asking import Asked, generate
from training.fusion.questions.mirrored import mirrored
from training.fusion.questions.sources import split_of
from training.fusion.questions.stating import Stated, statements

__all__ = ["Asked", "Stated", "generate", "mirrored", "split_of", "statements"]
