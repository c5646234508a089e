"""The Publish page's parts."""
