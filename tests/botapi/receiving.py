"""The methods by which the bot gets its updates: it asks for them, or names the address where they are brought."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from tests.botapi.calls import Call, Json
from tests.botapi.refusals import bad, conflict
from tests.botapi.webhooks import Webhook
from tests.botapi.world import World

ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
SECRET = re.compile(r"[A-Za-z0-9_-]*")
LOOPBACK = frozenset(["127.0.0.1", "localhost", "::1"])


class Receiving:
    """How this bot gets its updates."""

    def __init__(self, world: World, perform: Callable[[Call], Awaitable[object]]) -> None:
        self.webhook: Webhook | None = None
        self._world = world
        self._perform = perform
        self.methods: dict[str, Callable[[Call], Awaitable[Any]]] = {
            "getUpdates": self.get_updates,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
        }

    async def get_updates(self, call: Call) -> list[str]:
        """Return what waits, each as JSON; wait for it as long as the bot wants."""
        if self.webhook is not None:
            raise conflict(ACTIVE)
        self._allow(call)
        limit = min(max(call.number("limit", 100), 1), 100)
        timeout = min(max(call.number("timeout"), 0), 50)
        return await self._world.updates.get(call.number("offset"), limit, timeout)

    async def set_webhook(self, call: Call) -> bool:
        """Bring updates to an address from now on."""
        url, secret = call.text("url"), call.text("secret_token")
        if not url:
            return await self.delete_webhook(call)
        _check(url, secret)
        await self._stop()
        self._drop_if_asked(call)
        self._allow(call)
        self._world.updates.interrupt("terminated by setWebhook request")
        at_once = min(max(call.number("max_connections", 40), 1), 100)
        self.webhook = Webhook(url, secret, at_once, self._world.updates, self._perform, self._world.clock)
        self.webhook.start()
        return True

    async def delete_webhook(self, call: Call) -> bool:
        """Bring nothing more."""
        await self._stop()
        self._drop_if_asked(call)
        return True

    async def get_webhook_info(self, call: Call) -> Json:
        """Return where updates are brought to."""
        told: Json = {"url": "", "has_custom_certificate": False}
        told["pending_update_count"] = len(self._world.updates)
        if self.webhook is not None:
            told |= {"url": self.webhook.url, "max_connections": self.webhook.max_connections}
            told |= {"ip_address": "127.0.0.1", **self.webhook.last_error}
        if self._world.updates.allowed is not None:
            told["allowed_updates"] = sorted(self._world.updates.allowed)
        return told

    async def close(self) -> None:
        """Bring nothing more, without a word to the bot."""
        await self._stop()

    async def _stop(self) -> None:
        webhook, self.webhook = self.webhook, None
        if webhook is not None:
            await webhook.stop()

    def _drop_if_asked(self, call: Call) -> None:
        if call.flag("drop_pending_updates"):
            self._world.updates.drop()

    def _allow(self, call: Call) -> None:
        """Keep which updates the bot wants; if it says nothing, what it said before holds."""
        if "allowed_updates" in call.params:
            wanted = call.listed("allowed_updates", "String")
            self._world.updates.allowed = frozenset(wanted) if wanted else None


def _check(url: str, secret: str) -> None:
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    parts = urlsplit(url)
    if not parts.hostname:
        raise bad("invalid webhook URL specified")
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
