"""`koubei check-product`: a product or a shop, before it is taken on."""

import datetime as dt
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console

from server.cli.intake import take_in
from server.cli.options import FILES, JSON, LANG, RULES, SUBJECT
from server.cli.score import Day, pack_for
from server.cli.texts import text
from shared_scoring.actions.product_check import ProductCheck, check_product
from shared_scoring.actions.scene import scene_of


@click.command("check-product")
@FILES
@click.option("--product", default=None, help="The product's id.")
@click.option("--merchant", default=None, help="The id of the shop that sells it; alone, the shop as a whole.")
@click.option("--orders", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many are sold.")
@RULES
@click.option("--as-of", "as_of", type=Day(), required=True, help="The day whose morning it is; knows what was before.")
@SUBJECT
@LANG
@JSON
def check_product_of(
    files: tuple[Path, ...],
    product: str | None,
    merchant: str | None,
    orders: int,
    rules: str,
    as_of: dt.date,
    subject: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """What a product would do to the score of the subject of record FILES, and what is known of it and its shop."""
    if product is None and merchant is None:
        raise click.UsageError("name a --product, a --merchant, or both")
    intake = take_in(files)
    subject_id, history = intake.only(subject)
    pack = pack_for(rules, history.subject(), as_of)
    found = check_product(
        scene_of(history, pack, as_of.toordinal(), subject_id=subject_id), product, merchant, orders, lang
    )
    if as_json:
        head = {"command": "check-product", "rules": pack.id, "subject": subject_id, "as_of": as_of.isoformat()}
        body = {**head, **msgspec.to_builtins(found), "input": msgspec.to_builtins(intake.input)}
        click.echo(msgspec.json.encode(body))
    else:
        _print(found, lang)


def _print(found: ProductCheck, lang: str) -> None:
    console = Console(highlight=False)
    say = partial(text, lang)
    if found.merchant is not None:
        shown = found.merchant
        figures = [
            "–" if one is None else f"{one:g}" for one in (shown.total, shown.goods, shown.logistics, shown.service)
        ]
        console.print(say("check_merchant", name=shown.name or shown.merchant_id, figures=" / ".join(figures)))
    rates = [
        "–" if one is None else f"{one:.2%}"
        for one in (found.rates.quality_return, found.rates.limit, found.rates.praise)
    ]
    console.print(say(f"check_rates_{found.rates.basis}", quality=rates[0], limit=rates[1], praise=rates[2]))
    if found.total is not None:
        console.print(say("check_effect", orders=found.orders, points=f"{found.total:+.3f}"))
    for key, change in found.moves.items():
        console.print(f"  {key} {change:+.6g}")
    for one in found.warnings:
        console.print(f"! {one.text}", style="yellow")
