"""What the commands that read record files have in common, each option declared once."""

from pathlib import Path

import click

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
RULES = click.option("--rules", default="auto", show_default=True, help="A rule pack's id, or auto.")
HOME = click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Folder for all data.")
SERVER = click.option("--server", "server_url", help="Another server's address; needs --token.")
TOKEN = click.option("--token", envvar="KOUBEI_TOKEN", help="A token of that server.")
SUBJECT = click.option("--subject", default=None, help="Which subject, where the files hold several.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
