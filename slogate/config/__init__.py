"""The configuration: from one YAML file to checked, frozen settings."""
