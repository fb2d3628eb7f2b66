"""Made-up personal data, recognisable wherever it turns up: no byte that leaves a page may hold any of it.

The demo pages carry these in every block in which the real pages carry a buyer's data (names, phone, address, account,
avatar, words), so that a test can search for them in requests, storage and databases.
"""

from typing import Any, Final

NAME: Final = "哨兵收货人"
PHONE: Final = "13800000000"
ADDRESS: Final = "哨兵路000号演示小区"
ACCOUNT: Final = "sentinel_buyer_account"
OPEN_ID: Final = "sentinel-open-id-0000"
NICKNAME: Final = "哨兵昵称"
AVATAR: Final = "sentinel-avatar.invalid"
WECHAT: Final = "wx_sentinel_0000"
EMAIL: Final = "sentinel@buyer.invalid"

SENTINELS: Final = (NAME, PHONE, ADDRESS, ACCOUNT, OPEN_ID, NICKNAME, AVATAR, WECHAT, EMAIL)
WORDS: Final = f"请打{PHONE}，或加微信{WECHAT}，{NAME}收"


def receiver(region: dict[str, str]) -> dict[str, Any]:
    """The block of an order that says where to send it; `region` is the coarse destination a record may hold."""
    return {
        "post_receiver": NAME,
        "post_tel": PHONE,
        "post_addr": {
            "province": {"name": region.get("province", "")},
            "city": {"name": region.get("city", "")},
            "street": {"name": ADDRESS},
            "detail": ADDRESS,
        },
        "encrypt_post_tel": f"##{PHONE}##",
        "receiver_name": NAME,
        "receiver_phone": PHONE,
        "virtual_mobile": PHONE,
        "full_address": ADDRESS,
    }


def buyer() -> dict[str, Any]:
    return {
        "user_name": NICKNAME,
        "user_nick_name": NICKNAME,
        "open_id": OPEN_ID,
        "buyer_account": ACCOUNT,
        "avatar": f"https://{AVATAR}/a.png",
        "email": EMAIL,
        "buyer_nick": NICKNAME,
        "mobile": PHONE,
        "wechat_id": WECHAT,
    }


def staff() -> dict[str, Any]:
    """A service agent as the desk shows one: a person with a name and an account."""
    return {
        "staffName": NAME,
        "staffNickName": NICKNAME,
        "staffAccount": ACCOUNT,
        "avatarUrl": f"https://{AVATAR}/s.png",
    }


def contact() -> dict[str, Any]:
    """What `/square_pc_api/common/contact` gives; nobody but the page itself may look at it."""
    return {"contact_name": NAME, "phone": PHONE, "wechat": WECHAT, "email": EMAIL, "address": ADDRESS}
