"""The Polish language as far as forms and letters need it."""
