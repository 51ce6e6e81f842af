"""The service: the agent over HTTP, for many callers, with conversations that are kept.

`server.app` puts it together and is the first file to read. It knows the agent by its library's
surface only; nothing but the command line imports it.
"""
