"""What usually comes next in a batch, as a line with the command to type."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clusterxl.cli.console import tell
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.batch.folder import Batch
    from clusterxl.batch.receive import Receipt


def tell_next(batch: Batch, step: str) -> None:
    """Print what usually comes next.

    Args:
        batch: The batch.
        step: What was done, as the catalogue names it, without `batch.next_`.
    """
    # Aside, so that what a program reads of a command stays as it is.
    tell(say(f"batch.next_{step}", at=named(batch.root)), err=True)


def after_receive(receipt: Receipt) -> str:
    """Return whether something that was received waits to be sent back or decided."""
    from clusterxl.ledger.states import State

    asked = (State.QUESTIONED, State.REJECTED)
    states = (file.recorded.state for file in receipt.files if file.recorded)
    return "received_asked" if any(state in asked for state in states) else "received"


def tell_begun(batch: Batch) -> None:
    """Print what whoever begins a batch should know at once, and what comes next."""
    from clusterxl.batch.folder import KEYS

    today = batch.local(batch.clock()).date()
    if batch.deadline and batch.deadline < today:
        tell(say("batch.deadline_past", deadline=batch.deadline, today=today), err=True)
    tell(say("batch.keep_keys", folder=batch.root / KEYS), err=True)
    tell_next(batch, "begun")


def named(root: Path) -> str:
    """Return the option that names the batch, as it would be typed; empty for this folder."""
    if root == Path():
        return ""
    return f' --batch "{root}"' if " " in str(root) else f" --batch {root}"
