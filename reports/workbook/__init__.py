"""`sizing.xlsx`: the sizing as a workbook whose totals are live formulas over its cells of assumptions."""
