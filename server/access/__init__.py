"""Who asks: API keys, and the caller that a request's key stands for."""
