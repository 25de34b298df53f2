"""Each fix is one step of an open design: it can be undone and redone, and what it mends is gone."""

from __future__ import annotations

import pytest

from designer.document.document import Document
from designer.session.session import Session
from tests.analysis.test_diagnostics import FAULTS

SLOW = ("design_too_large", "nested_too_deep", "tensor_too_large")  # their own tests suffice


@pytest.mark.parametrize("code", sorted(set(FAULTS) - set(SLOW)))
def test_a_fix_is_one_step(code: str):
    design = FAULTS[code][0]
    session = Session(Document(design))
    for found in [d for d in session.diagnostics if d.code == code][:3]:
        for fix in found.fixes:
            session.apply_fix(fix)
            mended, is_changed = session.design, session.history.undo_name is not None
            assert (found.path, found.message) not in {(d.path, d.message) for d in session.diagnostics}
            if is_changed:
                assert session.history.undo_name == fix.title
                assert session.undo()
            assert session.design == design
            assert not session.history.undo_name
            if is_changed:
                assert session.redo()
                assert session.design == mended
                session.undo()
