"""The workbench: the report's pages, an explanation of any part of the business, and a JSON API, in one process."""
