"""deploy/supportbot.service under a real systemd (needs root): installed, started, killed by its watchdog, stopped.

    .venv/bin/python tools/try_unit.py

systemd runs in namespaces of its own on an overlay of this machine's files, so that nothing of it stays; Dovecot and
the relay of the tests run beside it. What is done is what docs/operating.md tells an operator to do. Any step that
fails ends it with exit code 1 and the unit's journal.
"""

import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from desk_text import ADDRESS, FILES, PASSWORD, SERVED
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

PACKAGES = sysconfig.get_path("purelib")
"""The dependencies, of the same Python as Debian's: the package index is not asked again."""

BOOT = """
mount -t tmpfs tmpfs {base}
mkdir {base}/upper {base}/work {base}/root
mount -t overlay overlay -o lowerdir=/,upperdir={base}/upper,workdir={base}/work {base}/root
mount -t proc proc {base}/root/proc
mount --rbind /sys {base}/root/sys
mount --rbind /dev {base}/root/dev
for folder in run tmp var/tmp; do mount -t tmpfs tmpfs {base}/root/$folder; done
cd {base}/root
mkdir -p before
pivot_root . before
umount --lazy before
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lxc \\
    /lib/systemd/systemd --system --unit=basic.target
"""
INSTALL = """
set -e
adduser --quiet --system --group --home /var/lib/supportbot supportbot
/usr/bin/python3 -m venv --without-pip /usr/lib/supportbot-0.1.0
cp -a {packages}/. /usr/lib/supportbot-0.1.0/lib/python3.*/site-packages/
/usr/lib/supportbot-0.1.0/bin/python -m pip uninstall --quiet --yes --root-user-action ignore supportbot
/usr/lib/supportbot-0.1.0/bin/python -m pip install --quiet --no-deps --no-index --root-user-action ignore {wheel}
ln -sfn /usr/lib/supportbot-0.1.0 /usr/lib/supportbot
ln -sfn /usr/lib/supportbot/bin/supportbot /usr/local/bin/supportbot
supportbot init /etc/supportbot >/dev/null
cp -r {desk}/. /etc/supportbot/
chown -R root:supportbot /etc/supportbot
chmod -R u=rwX,g=rX,o= /etc/supportbot
chown -R root:root /etc/supportbot/secrets
chmod -R go= /etc/supportbot/secrets
install -m 644 {root}/deploy/supportbot.service /etc/systemd/system/
runuser -u supportbot -- supportbot registry import /etc/supportbot/registry --config /etc/supportbot/config.toml
systemctl daemon-reload
"""
CREDENTIAL = "-p User=supportbot -p LoadCredential=x:/etc/supportbot/secrets/smtp-password"
FROM_FILES = """
sed -i s:/run/credentials/supportbot.service/:secrets/: /etc/supportbot/config.toml
chgrp -R supportbot /etc/supportbot/secrets
chmod -R g=rX /etc/supportbot/secrets
mkdir -p /etc/systemd/system/supportbot.service.d
printf '[Service]\\nLoadCredential=\\n' > /etc/systemd/system/supportbot.service.d/override.conf
systemctl daemon-reload
"""
MAIL = """\
From: Eva <eva{number}@bagarstugan.example>
To: kundcenter@icentrex.se
Subject: Fel
Message-ID: <{number}@bagarstugan.example>

Ingen kan ringa oss, numret 040-00000{number} är dött.
"""


class Machine:
    """A systemd on an overlay of this machine."""

    def __init__(self, folder: Path) -> None:
        base = folder / "base"
        base.mkdir()
        words = ["unshare", "--fork", "--pid", "--mount", "--uts", "--ipc", "--kill-child", "sh", "-ec"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._boot = subprocess.Popen([*words, BOOT.format(base=base)], **quiet)  # type: ignore[call-overload]
        self._root = base / "root"
        self._pid = ""
        until("systemd is there", self._found, 30)
        until("systemd has started", lambda: self.run("systemctl is-active basic.target") == "active", 60)

    def _found(self) -> bool:
        children = Path(f"/proc/{self._boot.pid}/task/{self._boot.pid}/children").read_text().split()
        self._pid = children[0] if children else ""
        return bool(self._pid) and "systemd" in Path(f"/proc/{self._pid}/cmdline").read_text()

    def run(self, script: str) -> str:
        """What the shell commands say; their errors come along."""
        inside = ["nsenter", "--target", self._pid, "--mount", "--pid", "--uts", "--ipc", "--root", "--wdns=/"]
        done = subprocess.run(
            [*inside, "sh", "-c", script], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
        )
        return (done.stdout + done.stderr).strip()

    def shown(self, name: str) -> str:
        return self.run(f"systemctl show supportbot --property={name} --value")

    def end(self) -> None:
        self._boot.kill()
        self._boot.wait()


def until(what: str, holds: Callable[[], bool], seconds: float) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() > began + seconds:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def write_desk(folder: Path, server: Dovecot, sink: SmtpSink) -> None:
    """What goes over the config, registry and secrets of `supportbot init`."""
    for name, text in FILES.items():
        (folder / "registry").mkdir(parents=True, exist_ok=True)
        (folder / "registry" / name).write_text(text, encoding="utf-8")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "imap-password").write_text(PASSWORD, encoding="utf-8")
    (folder / "secrets" / "smtp-password").write_text("geheim")
    (folder / "ca.pem").write_bytes(Path(server.certificate.ca_file).read_bytes())
    text = SERVED.format(
        address=ADDRESS,
        url="sqlite:////var/lib/supportbot/supportbot.db",
        rules="rules",
        imap_port=server.tls_port,
        smtp_port=sink.port,
        ca="ca.pem",
        user="desk",
        mailbox="",
        final_reply=10,
        more='[log]\nformat = "json"',
    )
    for name in ("imap", "smtp"):
        text = text.replace(f'"{name}.txt"', f'"/run/credentials/supportbot.service/{name}-password"')
    (folder / "config.toml").write_text(text, encoding="utf-8")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="unit-", dir=ROOT) as name, Dovecot({"desk": PASSWORD}) as server:
        folder = Path(name)
        with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
            write_desk(folder / "desk", server, sink)
            build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
            subprocess.run(build, check=True, capture_output=True)
            machine = Machine(folder)
            try:
                print(
                    machine.run(
                        INSTALL.format(
                            root=ROOT, packages=PACKAGES, wheel=next(folder.glob("*.whl")), desk=folder / "desk"
                        )
                    )
                )
                _try(machine, server, sink)
            except AssertionError as error:
                print(error, machine.run("journalctl --unit supportbot --no-pager --lines 40"), sep="\n")
                return 1
            finally:
                machine.end()
    return 0


def _try(machine: Machine, server: Dovecot, sink: SmtpSink) -> None:
    def acknowledged(number: int) -> None:
        server.deliver("desk", [MAIL.format(number=number).encode()])
        sender = [f"eva{number}@bagarstugan.example"]
        until(f"mail {number} is acknowledged", lambda: sender in [mail.recipients for mail in sink.accepted], 30)

    if "geheim" not in machine.run(
        f"systemd-run --quiet --wait --pipe {CREDENTIAL} sh -c 'cat $CREDENTIALS_DIRECTORY/x'"
    ):
        print("        this machine's systemd hands no credentials to users (no ACLs): passwords from files instead")
        machine.run(FROM_FILES)
    print(machine.run("systemctl enable --now supportbot"))
    until("started, and ready", lambda: machine.shown("ActiveState") == "active", 1)
    acknowledged(1)
    print(machine.run("systemctl reload supportbot"))
    until("active after reload", lambda: machine.shown("ActiveState") == "active", 10)
    acknowledged(2)
    pid = machine.shown("MainPID")
    machine.run(f"kill -STOP {pid}")
    until("a stopped daemon is killed and started again", lambda: machine.shown("MainPID") not in (pid, "0"), 120)
    until("active again", lambda: machine.shown("ActiveState") == "active", 60)
    acknowledged(3)
    began = time.monotonic()
    machine.run("systemctl stop supportbot")
    took = time.monotonic() - began
    assert machine.shown("Result") == "success", machine.shown("Result")
    print(f"{took:6.1f} s  stopped: {machine.shown('ActiveState')}, result {machine.shown('Result')}")
    print(
        machine.run("ls -l /var/lib/supportbot; journalctl --unit supportbot --no-pager --output cat | grep -c event")
    )


if __name__ == "__main__":
    sys.exit(main())
