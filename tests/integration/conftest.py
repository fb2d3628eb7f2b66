from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Paired


@pytest.fixture
def shop(paired: "Paired") -> "Paired":
    assert paired.client.put("/v1/subjects/shop-1", json={"type": "shop", "platform": "douyin"}).status_code == 201
    return paired
