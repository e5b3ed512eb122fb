"""The letters that follow from a decision, once its new entries have their numbers."""
