"""The text encoder: what it learns from, its teacher, its training and its figures."""
