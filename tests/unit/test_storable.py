"""Whatever a platform answers can be written down."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.lib.storable import storable, whole

ANY = st.text(alphabet=st.characters(codec=None))


@given(st.recursive(ANY | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner), max_leaves=20))
def test_it_always_encodes_and_holds_no_nul(value):
    kept = json.dumps(storable(value), ensure_ascii=False)
    kept.encode()
    assert "\\u0000" not in kept


def test_what_is_fine_stays_as_it_is():
    value = {"body": ["石头 🪨", {"id": 7, "ok": None}]}
    assert storable(value) == value


def test_a_typed_whole_number_is_one_that_a_column_can_hold():
    """(S15)"""
    assert [whole(text) for text in ("7", " 7 ", "0", str(2**31 - 1))] == [7, 7, 0, 2**31 - 1]
    for odd in ("", None, "x", "²", "١٢", "-1", "1.5", "1e3", "1_000", str(2**31), "9" * 5_000, "0x10"):
        assert whole(odd, otherwise=-1) == -1, odd
