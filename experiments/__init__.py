"""The jobs, their MLflow tracking and the command line."""
