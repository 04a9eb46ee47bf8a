"""Cells of the experiment grid: which chunker, embedder, extractor, resolver and ontology meet."""
