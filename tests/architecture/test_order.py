"""How the tests are shared out among several workers."""

from __future__ import annotations

from tests.architecture.source import ROOT
from tests.order import FIRST, WHOLE, piece, rank


def test_the_parts_that_are_begun_first_are_there():
    assert [part for part in FIRST if not (ROOT / part).is_dir()] == []


def test_a_part_with_servers_of_its_own_is_one_piece_and_others_go_by_module():
    for part in WHOLE:
        tests = [f"{path.relative_to(ROOT)}::test_x[a/b::c]" for path in sorted((ROOT / part).glob("test_*.py"))]
        assert (
            len(tests) > 1
            and {piece(one) for one in tests} == {part}
            and {rank(one) for one in tests} == {FIRST.index(part)}
        )
    assert piece("tests/unit/web/test_x.py::Class::test_y[tests/browser/z::w]") == "tests/unit/web/test_x.py"
    assert rank("tests/unit/web/test_x.py::test_y") == len(FIRST)
