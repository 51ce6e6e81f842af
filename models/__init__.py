"""Built-in weights, each with a MODEL_CARD.md. No code that runs a model lives here."""
