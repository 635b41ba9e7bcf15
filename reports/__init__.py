"""What people read: the report, its charts, its sentences, the workbench page, and the bridge in a terminal."""
