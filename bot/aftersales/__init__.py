"""The after-sales desk: issues, their stages and deadlines, and their near relatives."""
