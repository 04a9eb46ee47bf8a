"""The same steps against a server that is not ours."""
