"""Labels real questions with the first turn that `LABELLING.md` wants."""
