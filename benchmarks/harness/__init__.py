"""The harness: environments, processes, results, and the page made of them."""
