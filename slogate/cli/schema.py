"""`slogate schema`: the configuration's JSON Schema, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from slogate.cli.output import publish


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=["SLOGATE_SCHEMA_OUTPUT", "SLOGATE_OUTPUT"],
    help="Write the schema to this file instead of stdout.",
)
def command(*, output: Path | None) -> int:
    """Print the JSON Schema of the configuration.

    With the YAML language server, this first line gives completion in editors:
    # yaml-language-server: $schema=slogate.schema.json
    """
    from slogate.config.schema import json_schema

    publish(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", output)
    return 0
