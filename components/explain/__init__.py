"""The Explain page's parts: one file per tab, each on the model and the held-out rows of a `Subject`."""
