"""Seeded, compiled simulation: percentiles of fitted systems, and checks of what formulas approximate."""
