"""How the built-in weights are made; nothing here is imported at run time."""
