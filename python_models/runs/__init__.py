"""Runs: dbt as this product calls it, what a run did, how it goes on, what an operator asks."""
