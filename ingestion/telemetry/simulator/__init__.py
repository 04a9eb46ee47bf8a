"""SYNTHETIC files as a plant would send them: machines in cycles, faults, dirt and ground truth.

The simulator knows nothing of how faults are found: no module of it imports a model, a seed or
a threshold of the rest of the project, and its constants describe machines, not rules.
"""
