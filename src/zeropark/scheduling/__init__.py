"""Independent tasks run side by side: on this machine's processes, or on a Dask cluster."""
