"""Which drawing belongs to which kind of block."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clusterxl.form.grids import draw_counted, draw_evidence, draw_list, draw_matrix, draw_targets
from clusterxl.form.model import Block, BlockKind
from clusterxl.form.pen import Pen
from clusterxl.form.prose import draw_lines, draw_statement, draw_texts
from clusterxl.form.rows import draw_rows

_DRAW: Mapping[BlockKind, Callable[[Pen, Block], None]] = {
    BlockKind.TEXT: draw_texts,
    BlockKind.LINES: draw_lines,
    BlockKind.ROWS: draw_rows,
    BlockKind.MATRIX: draw_matrix,
    BlockKind.COUNTED: draw_counted,
    BlockKind.TARGETS: draw_targets,
    BlockKind.LIST: draw_list,
    BlockKind.EVIDENCE: draw_evidence,
    BlockKind.STATEMENT: draw_statement,
}


def draw_block(pen: Pen, block: Block) -> None:
    """Draw one block below what is there."""
    _DRAW[block.kind](pen, block)
