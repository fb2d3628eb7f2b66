"""The platform's hosts that the demo plays, each with its own pages and answers."""

from typing import Final

SHOP: Final = "fxg.jinritemai.com"
CREATOR: Final = "buyin.jinritemai.com"
SERVICE: Final = "pigeon.jinritemai.com"
DESK: Final = "im.jinritemai.com"  # the service desk's pages, which ask SERVICE for their answers
HOSTS: Final = (SHOP, CREATOR, SERVICE, DESK)
