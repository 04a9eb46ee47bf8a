# Targets of knowledge; `make help` reads them.
