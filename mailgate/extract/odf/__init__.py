"""OpenDocument files: texts and sheets."""
