"""One palette for the page and its plots: told apart by the colour-blind, and by lightness in black and white."""

INK = "#1a1f26"
MUTED = "#4a5560"
GRID = "#dde2e7"
PREDICTED = "#0b62a4"
PREDICTED_BAND = "#a9cdea"
MEDIAN = "#b35900"
MEDIAN_BAND = "#f1d3b3"
MISS = "#b3261e"

# Lightness 25, 47, 72 and 88 of 100, so that neighbours differ in grey as well; hatched for print.
STATIONS = {
    "auth": ("#123a63", ""),
    "app": ("#2f7fbf", ""),
    "database": ("#e8a33d", "//"),
    "delivery": ("#cfe3f2", ".."),
}
OTHER_STATION = ("#9aa5b1", "xx")

# Of the same lightness, for the same reason.
LAYER_LOOKS = {
    "measurement": ("#123a63", ""),
    "parameters": ("#2f7fbf", "\\\\"),
    "discrepancy": ("#e8a33d", "//"),
    "stated": ("#e3edf5", ""),
}
