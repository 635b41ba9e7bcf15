"""The jobs, their MLflow tracking and the command line."""

__version__ = "0.1.0"
