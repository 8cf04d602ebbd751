"""The one place that chooses adapters: from the settings to the ports that a service gets. One module a service.

Each module imports the technology that it wires at its top, so a process loads no more than the module that it uses.
"""
