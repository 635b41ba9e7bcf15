"""How a job's steps are run: planned, limited, tried again, measured and recorded."""
