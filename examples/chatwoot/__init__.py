"""A helpdesk's customers get answers about their pictures: Chatwoot's webhooks, and vqa-agent.

Begin at `webhook.py`. The folder stands alone: it needs httpx, FastAPI and pydantic-settings, and
asks the service over HTTP as any client does.
"""
