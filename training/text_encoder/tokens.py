"""The tokenizer: byte-level BPE of our own, for English and Chinese.

Text is brought to NFKC and lower case; each Chinese character stands alone, so that what is beside
it does not change how it is read. Bytes stand for whatever else there is.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing

PAD, BEGIN = "<pad>", "<s>"


def learn(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A tokenizer of at most so many tokens, learnt from the texts.

    `<pad>` is 0; `<s>` is 1, and begins every text, so that none is empty.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Strip(), normalizers.Prepend(" ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[\u2e80-\u9fff\uf900-\ufaff]"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BEGIN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = TemplateProcessing(single=f"{BEGIN} $A", special_tokens=[(BEGIN, 1)])
    return tokenizer
