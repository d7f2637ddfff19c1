"""Sagas: steps across services that are all completed or all compensated, whatever fails in between."""

from storefront.orders.saga.definition import RefusedError, Run, Saga, Step
from storefront.orders.saga.engine import Patience, SagaEngine
from storefront.orders.saga.log import Record, SagaLog
from storefront.orders.saga.recovery import Recovery

__all__ = ["Patience", "Record", "Recovery", "RefusedError", "Run", "Saga", "SagaEngine", "SagaLog", "Step"]
