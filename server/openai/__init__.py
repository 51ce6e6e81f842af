"""OpenAI's ways to ask (chat completions, Responses): what comes in, what goes out.

Everything is answered by the engine; here is only how it is said.
"""
