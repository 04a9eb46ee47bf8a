"""The API: what a front end, a script or an agent needs of the lake, over HTTP."""
