"""The semantic layer: metrics declared once in `dbt_project/metrics`, compiled to SQL on a release.

The declarations are in the form of dbt's semantic layer (semantic models, metrics), so that
MetricFlow reads them too; what this compiler takes of the form is said in `declarations`.
"""
