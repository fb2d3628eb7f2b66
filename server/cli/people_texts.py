"""What `koubei subjects`, `koubei members` and `koubei devices` say to a person, in both languages."""

from server.texts import text_of

TEXTS: dict[str, tuple[str, str]] = {
    "id": ("ID", "ID"),
    "name": ("名称", "Name"),
    "total": ("分数", "Score"),
    "change": ("变动", "Change"),
    "at_risk": ("风险订单", "Orders at risk"),
    "expected_loss": ("预计损失", "Expected loss"),
    "as_of": ("截至", "As of"),
    "role": ("角色", "Role"),
    "devices": ("设备", "Devices"),
    "member": ("成员", "Member"),
    "last_seen_at": ("最近使用", "Last seen"),
    "state": ("状态", "State"),
    "owner": ("所有者", "owner"),
    "member_role": ("成员", "member"),
    "read_only": ("只读", "read only"),
    "valid": ("有效", "valid"),
    "revoked": ("已注销", "revoked"),
    "this": ("本命令行", "this command line"),
    "more": ("还有更多；用 --limit 或 --search", "There are more: use --limit or --search"),
    "none": ("没有", "None"),
    "removed": (
        "{name} 不再是成员；其 {devices} 台设备的令牌已失效",
        "{name} is no member any more; the tokens of {devices} devices are void",
    ),
    "role_changed": ("{name} 现在是{role}，对其所有设备立即生效", "{name} is now {role}, at once and on every device"),
    "device_revoked": (
        "{member} 的设备 {name}（{id}）已注销，其令牌不能再用",
        "The device {name} ({id}) of {member} is revoked; its token opens nothing any more",
    ),
}


def text(lang: str, key: str, **params: object) -> str:
    return text_of(TEXTS[key], lang, **params)


def role_text(lang: str, role: str) -> str:
    return text(lang, "member_role" if role == "member" else role)
