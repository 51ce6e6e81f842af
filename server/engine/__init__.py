"""Questions in, events out: conversations that are stored, one question of each at a time."""
