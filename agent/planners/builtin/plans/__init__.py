"""Plans in code: a file for each kind of question; what it asks and says is beside it."""
