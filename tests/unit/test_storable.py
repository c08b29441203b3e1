"""Whatever a platform answers can be written down."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.ground.storable import storable

ANY = st.text(alphabet=st.characters(codec=None))


@given(st.recursive(ANY | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner), max_leaves=20))
def test_it_always_encodes_and_holds_no_nul(value):
    kept = json.dumps(storable(value), ensure_ascii=False)
    kept.encode()
    assert "\\u0000" not in kept


def test_what_is_fine_stays_as_it_is():
    value = {"body": ["石头 🪨", {"id": 7, "ok": None}]}
    assert storable(value) == value
