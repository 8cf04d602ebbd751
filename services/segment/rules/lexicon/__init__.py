"""The words that the rules know, one module a language."""
