"""What `koubei specs` says to a person, in both languages."""

from server.texts import Both, text_of

_TEXTS: dict[str, Both] = {
    "id": ("采集规则", "Capture spec"),
    "version": ("版本", "Version"),
    "grade": ("依据等级", "Grade"),
    "page": ("页面", "Page"),
    "makes": ("产生记录", "Makes"),
    "from": ("出处", "From"),
    "bundled": ("随产品", "bundled"),
    "off": ("已停用", "off"),
    "fine": ("{file} 没有问题：{id} 第 {version} 版", "{file} is fine: {id} version {version}"),
    "added": (
        "{id} 第 {version} 版 → {place}；浏览器会在几小时内取用",
        "{id} version {version} → {place}; browsers take it up within hours",
    ),
    "disabled": ("{id} 已停用；浏览器会在几小时内停止读取", "{id} is off; browsers stop reading it within hours"),
    "enabled": ("{id} 已恢复", "{id} is in use again"),
    "unusable": ("{file}：{fault}；这个文件没有采用", "{file}: {fault}; the file is left out"),
    "written": ("{spec} → {place}", "{spec} → {place}"),
    "known_shape": ("{spec}：已有同样结构的样本 {place}", "{spec}: {place} holds the same shape already"),
    "next": ("运行 cd extension && npm test", "now run: cd extension && npm test"),
}


def text(lang: str, key: str, **params: object) -> str:
    return text_of(_TEXTS[key], lang, **params)
