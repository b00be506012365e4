"""Learners' lines, played in user space: how fast, how far, how lossy, shared with whom, and when they are gone."""
