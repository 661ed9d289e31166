"""One answer at a time: what stands in a cell becomes a clean value, each change with a receipt."""

from clusterxl.cleaning.answer import Answer
from clusterxl.cleaning.cleaner import Cleaner

__all__ = ["Answer", "Cleaner"]
