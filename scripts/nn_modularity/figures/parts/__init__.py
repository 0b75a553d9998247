"""What several figures share: the style sheet, how sub-modules look, what is read together."""
