"""The blank HOT-01 as files that people fill in (procedure, chapter 3): one module a format, the words in ``content``."""
