"""A gate's verdict as continuous-integration systems and people read it."""
