"""The languages that reports are written in: one catalogue of messages each, and the forms of numbers and dates."""

from firstbell.reports.languages.language import CODES, ENGLISH, Language, language_of, marked_as_english, unmarked

__all__ = ["CODES", "ENGLISH", "Language", "language_of", "marked_as_english", "unmarked"]
