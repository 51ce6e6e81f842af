"""Where the token vectors begin: at the teacher's, of the words that a token stands for.

English tokens take the mean of the teacher's word pieces; a Chinese character takes that of the
English words whose translations it is in. All are mapped to fewer dimensions by their principal
components, so that likeness is kept. What is in neither stays where chance put it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from tools.networks.text_network import TextNetwork
from training.text_encoder.lexicon import Lexicon

_SCALE = 0.05


def warm(network: TextNetwork, tokenizer: Tokenizer, teacher: Path) -> None:
    """Set the network's token vectors.

    Args:
        network: to be changed.
        tokenizer: its own.
        teacher: the folder with the teacher's weights and tokenizer, which were checked.
    """
    theirs = load_file(teacher / "model.safetensors")["embeddings.word_embeddings.weight"].float()
    pieces = Tokenizer.from_file(str(teacher / "tokenizer.json"))
    pieces.no_padding()
    centred = theirs - theirs.mean(0)
    _, _, axes = torch.pca_lowrank(centred, network.config.width, center=False, niter=4)
    small = centred @ axes
    small *= _SCALE / small.std()
    glosses = _glosses()
    with torch.no_grad():
        for token, number in tokenizer.get_vocab().items():
            word = tokenizer.decode([number]).strip()
            if not word or "\ufffd" in word or token.startswith("<"):
                continue
            meant = glosses.get(word, []) if not word.isascii() else [word]
            ids = [i for text in meant for i in pieces.encode(text, add_special_tokens=False).ids]
            if ids:
                network.words.weight[number] = small[ids].mean(0)


def _glosses() -> dict[str, list[str]]:
    """Of a Chinese character the English words that it helps to say."""
    lexicon = Lexicon()
    found: dict[str, list[str]] = defaultdict(list)
    pairs = [(noun.one, noun.chinese) for noun in lexicon.nouns]
    pairs += [(english[0], chinese) for english, chinese in lexicon.adjectives]
    pairs += [(verb.doing[0], verb.chinese) for verb in lexicon.verbs]
    for english, chinese in pairs:
        for word in chinese:
            for character in word:
                found[character].append(english)
    return found
