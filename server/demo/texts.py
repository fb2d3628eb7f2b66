"""What `koubei demo` says, in both languages."""

from server.texts import Both, text_of

TEXTS: dict[str, Both] = {
    "building": ("正在准备演示店铺的页面和扩展 …", "Building the demo shop's pages and the extension …"),
    "opening": ("正在打开浏览器，完成授权和配对 …", "Opening the browser, consenting and pairing …"),
    "close_to_end": (
        "这是演示店铺的订单页。关闭浏览器窗口即可返回，按 Ctrl-C 停止。",
        "This is the demo shop's order page. Close the browser to come back, Ctrl-C stops koubei.",
    ),
    "pictures": ("每个页面的截图都保存在：{folder}", "A picture of every page is in {folder}"),
    "picture": ("截图已保存：{file}", "The picture is in {file}"),
    "no_chromium": (
        "没有找到 Chromium，因此只在终端显示以上数字。要看到页面上的效果，请运行：{command}",
        "There is no Chromium, so the numbers above are all there is to see. For the page itself run: {command}",
    ),
    "installing_chromium": ("正在安装 Chromium（约一分钟）…", "Installing Chromium (about a minute) …"),
    "chromium_failed": ("Chromium 安装失败：{reason}", "Chromium could not be installed: {reason}"),
}


def text(lang: str, key: str, **params: object) -> str:
    return text_of(TEXTS[key], lang, **params)
