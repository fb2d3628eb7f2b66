"""`koubei demo`: the demo shop, as its merchant would see it with koubei installed."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import click
import msgspec

from server.cli.local import pairing_code
from server.cli.show import import_and_show
from server.demo.builds import built_extension, built_site
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.creator import CREATOR_ID, CREATOR_NAME, generate_creator
from server.demo.generator import generate
from server.demo.host import DemoHost
from server.demo.life import Record
from server.demo.site import PAGES
from server.demo.texts import text
from server.runtime.address import Address
from server.runtime.report import Report
from server.runtime.run import run
from server.runtime.texts import StartError
from server.settings import Settings, SettingsError, load_settings
from server.texts import Lang
from shared_scoring.calendar import DEFAULT_ZONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from server.demo.browser import DemoBrowser

_SEED = 20261121
_PORT = 8789  # not the one of the merchant's own koubei
_CHROMIUM = ("chromium", "chromium-l10n", "fonts-noto-cjk")
_LOCALES = {"zh": "zh-CN", "en": "en-US"}


PAGES_SHOWN = [name for name in PAGES if name != "service_alone"]
# What a merchant presses. Finished orders: those are where after-sales and reviews have come in.
LEADING_THERE = {"orders": ("已完成",), "order": ("已完成", "详情")}
# Read, perhaps, but nothing is drawn there.
UNMARKED = {"penalties"}


class Demo(NamedTuple):
    """What the demo's backend holds: the shop's records and the creator's."""

    shop: list[Record]
    creator: list[Record]


class _Done(Exception):  # noqa: N818  # not an error: it ends `run` once the picture is taken
    pass


@click.command
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Folder for the demo's data.")
@click.option("--port", type=click.IntRange(1, 65535), default=_PORT, show_default=True, help="Port to listen on.")
@click.option("--screenshot", type=click.Path(dir_okay=False, path_type=Path), help="Leave a picture here and end.")
@click.option(
    "--pictures", type=click.Path(file_okay=False, path_type=Path), help="Leave one of every page here and end."
)
@click.option("--page", type=click.Choice(PAGES_SHOWN), default="orders", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def demo(home: Path | None, port: int, screenshot: Path | None, pictures: Path | None, page: str, lang: Lang) -> None:
    """Start koubei with a generated shop and show its overlay in a Chromium of its own.

    Without a display a picture is taken instead; without Chromium the numbers are shown in the terminal.
    """

    def on_ready(address: Address) -> None:
        shop, creator = list(generate(_SEED, _today())), list(generate_creator(_SEED, _today()))
        files = [_written(address, "shop", shop), _written(address, "creator", creator)]
        import_and_show(address, files, lang)
        picture = screenshot or (None if pictures or _has_display() else Path(address.home) / "koubei-demo.png")
        shots = {name: pictures / f"{name}.png" for name in PAGES_SHOWN} if pictures else {}
        shots |= {page: picture} if picture else {}
        _show(address, Demo(shop, creator), shots, page, lang)
        if screenshot is not None or pictures is not None:
            raise _Done

    try:
        run(_settings(home, port), on_ready, report=Report(lang))
    except _Done:
        pass
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    except StartError as problem:
        raise click.ClickException(problem.text(lang)) from problem


def _settings(home: Path | None, port: int) -> Settings:
    """The demo's own home, a fresh one each day: its shop is made anew so that it looks like this morning."""
    base = home or load_settings().home / "demo"
    for old in base.glob("shop-*"):
        if old.name != f"shop-{_today()}":
            shutil.rmtree(old, ignore_errors=True)
    return load_settings(base / f"shop-{_today()}", port=port)


def _today() -> dt.date:
    return dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()


def _has_display() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _written(address: Address, name: str, records: list[Record]) -> Path:
    file = Path(address.home) / f"demo-{name}.ndjson"
    file.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    return file


def _show(address: Address, demo: Demo, shots: dict[str, Path], name: str, lang: Lang) -> None:
    """A picture of each page of `shots`; without any, a window on the page `name`."""
    if not _ensure_chromium(lang):
        return
    from server.demo.browser import open_browser  # noqa: PLC0415  # Playwright is not installed with a server

    click.echo(text(lang, "building"), err=True)
    site, extension = built_site(), built_extension("prod")
    profile = Path(address.home) / "browser"
    click.echo(text(lang, "opening"), err=True)
    with (
        DemoHost(demo.shop, site, creator=demo.creator) as host,
        open_browser(host, extension, profile, headless=bool(shots), lang=_LOCALES[lang]) as browser,
    ):
        browser.consent(address.url, pairing_code(address), SHOP_ID, SHOP_NAME)
        browser.bind_creator(CREATOR_ID, CREATOR_NAME)
        for shown, file in shots.items():
            page = _open(browser, shown)
            page.wait_for_timeout(1000)  # the last badge is drawn in the frame after the answer
            browser.screenshot(page, file)
        if not shots:
            _open(browser, name)
            click.echo(text(lang, "close_to_end"), err=True)
            browser.wait_closed()
        elif len(shots) > 1:
            click.echo(text(lang, "pictures", folder=shots[name].parent.absolute()))
        else:
            click.echo(text(lang, "picture", file=shots[name].absolute()))


def _open(browser: "DemoBrowser", name: str) -> "Page":
    page = browser.open("orders" if name == "order" else name, overlay=name not in UNMARKED)
    for label in LEADING_THERE.get(name, ()):
        page.get_by_text(label, exact=True).first.click()
        page.wait_for_load_state("networkidle")
        page.wait_for_selector("koubei-badge", state="attached")
    return page


def _ensure_chromium(lang: Lang) -> bool:
    """Whether there is a Chromium, installed here and now where this is root on Debian."""
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return True
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        click.echo(text(lang, "no_chromium", command=f"sudo apt-get install {' '.join(_CHROMIUM)}"), err=True)
        return False
    click.echo(text(lang, "installing_chromium"), err=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    words = ["install", "--yes", "--quiet", "--no-install-recommends", *_CHROMIUM]
    for arguments in (["update", "--quiet"], words):
        done = subprocess.run([apt, *arguments], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            click.echo(text(lang, "chromium_failed", reason=" ".join(last)), err=True)
            return False
    return True
