"""Plays the respondents: simulated returns, with defects on request, and the whole loop on them.

simulate.simulate_answers    what one respondent types
defects.simulate_defects     the same with defects, and the findings they must give
returns.simulate_return      the workbook that comes back
demo.make_demo               blank workbooks, returns and their comparison in a folder
"""
