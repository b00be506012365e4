"""What must hold of a run, or of a run beside a baseline: expressions, and how they are judged."""
