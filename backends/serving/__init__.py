"""What other programs see of the workbench: the REST API and the visitor's cookie."""
