"""Kinds: what the networks of `classify_image` see, on the tree of `tools.words.kinds`."""
