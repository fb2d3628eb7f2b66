"""What `koubei doctor` says of each finding, and what to do where there is something to do."""

from server.texts import Both

TEXTS: dict[str, Both] = {
    "home_good": ("数据目录 {path} 可写", "the data folder {path} can be written"),
    "home_new": (
        "数据目录 {path} 还不存在，koubei up 会创建",
        "the data folder {path} is not there yet; koubei up makes it",
    ),
    "home_unusable": (
        "数据目录 {path} 不可写（{reason}）。修改权限，或用 --home 指定其他目录",
        "the data folder {path} cannot be written ({reason}). Mend its permissions, or choose another with --home",
    ),
    "disk_good": ("{path} 剩余 {mb} MB", "{mb} MB free at {path}"),
    "disk_full": (
        "{path} 只剩 {mb} MB。请腾出至少 1 GB，否则数据库会停止写入",
        "only {mb} MB free at {path}. Free at least 1 GB, or the database will stop writing",
    ),
    "programs_good": ("{name} 程序可用：{version}", "the programs of {name} work: {version}"),
    "programs_elsewhere": ("{name} 由设置指定，不使用自带程序", "{name} is one of your own, named in the settings"),
    "programs_not_needed": (
        "不需要 {name}：任务队列在 PostgreSQL 中",
        "{name} is not needed: PostgreSQL keeps the queues too",
    ),
    "programs_missing": (
        "{name} 程序不可用（{reason}）。请重新安装 koubei 的依赖",
        "the programs of {name} do not work ({reason}). Install koubei's dependencies again",
    ),
    "data_good": ("{path} 中的数据可由该 PostgreSQL 读取", "this PostgreSQL reads the data in {path}"),
    "data_of_other_major": (
        (
            "{path} 中的数据由 PostgreSQL {found} 创建，现在的是 {expected}。"
            "运行 koubei up：它不改动数据，并列出搬过去的命令"
        ),
        (
            "the data in {path} was made by PostgreSQL {found}, this is {expected}. Run koubei up: it changes nothing "
            "and lists the commands that carry it over"
        ),
    ),
    "data_broken": (
        "数据库目录不可用（{reason}）。用 koubei restore --replace 恢复备份，或用 --home 指定其他目录",
        (
            "the database folder cannot be used ({reason}). Put a backup back with koubei restore --replace, or choose "
            "another with --home"
        ),
    ),
    "running": ("koubei 正在 {url} 运行（进程 {pid}）", "koubei runs at {url} (process {pid})"),
    "not_running": ("{path} 中没有运行 koubei。用 koubei up 启动", "no koubei runs in {path}. Start it with koubei up"),
    "not_ready": (
        "进程 {pid} 正在启动或已卡住。稍等片刻；若不变，停止它再运行 koubei up",
        "process {pid} is starting or stuck. Wait a moment; if it stays so, stop it and run koubei up again",
    ),
    "port_free": ("{host}:{port} 可用", "{host}:{port} is free"),
    "port_busy": (
        "{host}:{port} 无法监听（{reason}）。停止占用它的程序，或用 koubei up --port 换一个",
        "{host}:{port} cannot be listened on ({reason}). Stop what uses it, or choose another with koubei up --port",
    ),
    "answers": ("{name} 有响应", "{name} answers"),
    "no_answer": (
        "{name} 没有响应（{reason}）。查看数据目录 logs 下的日志，然后重新运行 koubei up",
        "{name} does not answer ({reason}). Read the logs in the data folder, then run koubei up again",
    ),
    "schema_good": ("数据库结构 {found} 是最新的", "the database has the newest schema, {found}"),
    "schema_other": (
        "数据库结构为 {found}，需要 {needed}。重新运行 koubei up；若仍不符，请安装写入它的版本",
        "the database has schema {found}, not {needed}. Run koubei up again, or install the version that wrote it",
    ),
    "queue_good": (
        "等待计算的主体 {subjects} 个，最久 {seconds} 秒",
        "{subjects} subjects await their score, the longest {seconds} s",
    ),
    "queue_late": (
        "{subjects} 个主体等待计算，最久 {seconds} 秒。查看 logs/worker.log，然后重新运行 koubei up",
        "{subjects} subjects await their score, the longest {seconds} s. Read logs/worker.log, run koubei up again",
    ),
    "jobs_good": ("没有搁置的任务", "no task is parked"),
    "jobs_parked": (
        (
            "{count} 个任务多次失败后被搁置，例如 {subject} 的 {task}：{reason}。用 koubei jobs list 查看全部；"
            "排除原因（或升级 koubei）后运行 koubei jobs retry"
        ),
        (
            "{count} tasks failed again and again and are parked, such as {task} of {subject}: {reason}. See all with "
            "koubei jobs list; mend the cause (or install a newer koubei), then run koubei jobs retry"
        ),
    ),
    "clock_good": ("时钟相差 {seconds} 秒", "the clocks differ by {seconds} s"),
    "clock_off": (
        "时钟相差 {seconds} 秒。请打开系统的自动校时",
        "the clocks differ by {seconds} s. Switch on your system's time synchronisation",
    ),
}
