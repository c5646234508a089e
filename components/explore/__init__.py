"""The Explore page's parts: one file per tab, each showing one part of a `Profile`."""
