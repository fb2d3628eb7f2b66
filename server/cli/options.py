"""What the commands that read record files have in common, each option declared once."""

from pathlib import Path

import click

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
RULES = click.option("--rules", default="auto", show_default=True, help="A rule pack's id, or auto.")
SUBJECT = click.option("--subject", default=None, help="Which subject, where the files hold several.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
