"""Finds each input cell of a form in a workbook that came back, rung by rung, never by a guess."""

from clusterxl.locate.ladder import find_cells
from clusterxl.locate.model import FoundBy, FoundCell, Located

__all__ = ["FoundBy", "FoundCell", "Located", "find_cells"]
