"""Everything that a route needs, made once by the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from agent import VisualAgent
from server.access.quotas import Quotas
from server.engine.admission import Admission
from server.engine.engine import Engine
from server.observing.observer import Observer
from server.pictures.collection import Collection
from server.pictures.intake import Intake
from server.readiness import Readiness
from server.settings import ServerSettings
from server.store import Store


@dataclass(frozen=True)
class Services:
    """What the routes share: on `app.state.services`."""

    settings: ServerSettings
    agent: VisualAgent
    store: Store
    intake: Intake
    engine: Engine
    readiness: Readiness
    quotas: Quotas
    observer: Observer
    admission: Admission
    collection: Collection | None
    """The pictures that may be searched, where any are served."""


def services_of(request: Request) -> Services:
    """The services of the app that a request came to; the dependency behind `Serving`."""
    services: Services = request.app.state.services
    return services


Serving = Annotated[Services, Depends(services_of)]
