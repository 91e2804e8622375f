"""Whose devices a careful client believes."""

from __future__ import annotations

import pytest

from tests.homeserver.identity import keys_of, signs, unsigned, unsigned_devices
from tests.homeserver.person import People


async def test_identity(people: People) -> None:
    """A device is believed once its owner's identity has signed it; a later one is not by itself."""
    ada, ben = await people.meet("Ada"), await people.meet("Ben")
    assert await unsigned_devices(ben, ada.id) == {ada.account.device_id}
    await signs(ada)
    assert await unsigned_devices(ben, ada.id) == set()
    phone = await people.meet_on_another_device(ada)
    assert await unsigned_devices(ben, ada.id) == {phone.account.device_id}


@pytest.mark.parametrize("forged", ["device_keys", "master_keys", "self_signing_keys"])
async def test_forged(people: People, forged: str) -> None:
    """Keys that somebody else has put in the place of what was signed are not believed."""
    ada, eve = await people.meet("Ada"), await people.meet("Eve")
    await signs(ada)
    await signs(eve)
    told = await keys_of(ada, ada.id)
    assert unsigned(told, ada.id) == set()
    hers = (await keys_of(ada, eve.id))[forged][eve.id]
    if forged == "device_keys":
        told[forged][ada.id][ada.account.device_id]["keys"] = hers[eve.account.device_id]["keys"]
    else:
        told[forged][ada.id]["keys"] = hers["keys"]
    assert unsigned(told, ada.id) == {ada.account.device_id}
