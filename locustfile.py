from firstbell.scenarios.entry import classes

globals().update(classes())
