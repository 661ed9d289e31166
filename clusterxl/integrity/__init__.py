"""A return compared with the plan it was issued from, by meaning: whose is what, what changed."""

from clusterxl.integrity.inspect import Inspection, inspect_return
from clusterxl.integrity.model import Account, Unclaimed

__all__ = ["Account", "Inspection", "Unclaimed", "inspect_return"]
