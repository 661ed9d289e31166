"""The whole workbook as data: layout and live checks turned into sheets of cells."""

from clusterxl.plan.model import Plan, PlanCell, SheetPlan
from clusterxl.plan.workbook import plan_workbook

__all__ = ["Plan", "PlanCell", "SheetPlan", "plan_workbook"]
