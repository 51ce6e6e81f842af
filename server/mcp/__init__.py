"""The Model Context Protocol: the service's eyes for agents whose model sees nothing.

`serving` makes the server that stdio (`server.stdio`) and HTTP (`server.routes.mcp`) share; what
a picture may be named by differs between them (`sources`).
"""
