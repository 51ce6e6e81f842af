"""Planners on a server that speaks OpenAI's chat completions, vLLM above all."""
