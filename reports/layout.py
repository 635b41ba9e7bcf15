"""What lies where in the folder of a report."""

FRONT = "index.html"
ASSETS = "assets"
