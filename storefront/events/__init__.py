"""User events: written in the transaction of the change, relayed over a bus, applied once and in order per user."""

from storefront.events.audit import AuditEventHandler, AuditLog
from storefront.events.bus import EventBus
from storefront.events.consuming import Consumers
from storefront.events.emails import EmailEventHandler, NotificationEmails
from storefront.events.event import Event
from storefront.events.relay import Relay
from storefront.events.service import EventDrivenUserService

__all__ = [
    "AuditEventHandler",
    "AuditLog",
    "Consumers",
    "EmailEventHandler",
    "Event",
    "EventBus",
    "EventDrivenUserService",
    "NotificationEmails",
    "Relay",
]
