"""What the process that keeps the secrets does with a signal of its own."""

from __future__ import annotations

import io
import os
import signal

import pytest

from agent_ci.keeper import Desk, _Forwarding, _InterruptedError


def test_a_signal_ends_a_call_of_the_model_and_nothing_else_that_the_keeper_does() -> None:
    desk = Desk({}, io.BytesIO(), io.BytesIO())
    with _Forwarding(desk) as forwarding:
        os.kill(os.getpid(), signal.SIGTERM)
        assert forwarding.early == [signal.SIGTERM]
        desk.is_calling = True
        with pytest.raises(_InterruptedError):
            os.kill(os.getpid(), signal.SIGTERM)
