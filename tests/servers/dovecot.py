"""Users -> a real Dovecot (2.3) on free ports of 127.0.0.1, with TLS and, where wanted, fewer capabilities.

    with Dovecot({"anna": "secret"}) as server:
        server.deliver("anna", [b"From: ..."])       # straight into the Maildir: fast, and seen by IDLE
        imaplib.IMAP4("127.0.0.1", server.port)      # plain; server.tls_port with server.certificate.ca_file

The trap: mails live in Maildir files owned by a system user (as root that is `mail`), who must be able to pass through
every folder above them: so they have a folder of their own, and not one of pytest's, which are private. Every process
that is started is ended by its pid. `available()` says whether the program is there.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

from servers import certificates
from servers.ports import free_port

PROGRAM = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
FULL = "IMAP4rev1 IDLE UIDPLUS MOVE LITERAL+ SASL-IR ID ENABLE NAMESPACE CHILDREN ESEARCH"
START_SECONDS = 15

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
instance_name = supportbot-test-{port}
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_username_chars =
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
first_valid_uid = 1
default_vsz_limit = 512M
{rootless}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{capability}
{extra}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/homes/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
  {chroot}
}}
"""


def available() -> bool:
    """Whether Dovecot is installed. Raises RuntimeError when it is not but SUPPORTBOT_REQUIRE_DOVECOT demands it."""
    if PROGRAM is None and os.environ.get("SUPPORTBOT_REQUIRE_DOVECOT"):
        raise RuntimeError("Dovecot is not installed, but SUPPORTBOT_REQUIRE_DOVECOT demands it")
    return PROGRAM is not None


class Dovecot:
    """`capability` replaces what the server says it can (FULL without MOVE, say).

    `extra` is added to its config, with FOLDER for the server's folder, where `files` (name -> text) are put.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        capability: str = "",
        mechanisms: str = "plain login",
        extra: str = "",
        files: Mapping[str, str] = {},
        certificate: certificates.Certificate | None = None,
    ) -> None:
        self.host = "127.0.0.1"
        self.port, self.tls_port = free_port(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="supportbot-dovecot-"))
        self.folder.chmod(0o755)
        self.users = dict(users)
        self.certificate = certificate or certificates.make(self.folder)
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        extra = extra.replace("FOLDER", str(self.folder))
        self._settings = {"capability": capability, "mechanisms": mechanisms, "extra": extra}
        owner = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._uid, self._gid = owner.pw_uid, owner.pw_gid
        self._master: subprocess.Popen[bytes] | None = None
        self._number = count(1)

    def __enter__(self) -> "Dovecot":
        self._write()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        folder, capability = self.folder, self._settings["capability"]
        for place in (folder / "run", folder / "homes"):
            place.mkdir(parents=True, exist_ok=True)
        for user in self.users:
            self._own(folder / "homes" / user)
        lines = [f"{user}:{{PLAIN}}{password}::::::" for user, password in self.users.items()]
        (folder / "users").write_text("\n".join(lines) + "\n", encoding="utf-8")
        name = pwd.getpwuid(os.geteuid()).pw_name
        root = os.geteuid() == 0
        text = _CONFIG.format(
            folder=folder,
            port=self.port,
            tls_port=self.tls_port,
            cert=self.certificate.cert_file,
            key=self.certificate.key_file,
            uid=self._uid,
            gid=self._gid,
            mechanisms=self._settings["mechanisms"],
            capability=f"imap_capability = {capability}" if capability else "",
            extra=self._settings["extra"],
            rootless="" if root else f"default_internal_user = {name}\ndefault_login_user = {name}",
            chroot="" if root else "chroot =",
        )
        (folder / "dovecot.conf").write_text(text, encoding="utf-8")

    def _own(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(place, self._uid, self._gid)

    def start(self) -> None:
        """Start (again) on the same ports and mails; returns when the greeting comes."""
        assert PROGRAM is not None, "Dovecot is not installed"
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)
        with (self.folder / "dovecot.out").open("ab") as output:
            self._master = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while not self._greets():
            if self._master.poll() is not None or time.monotonic() > until:
                self.end()
                raise RuntimeError(f"Dovecot does not start: {self.log()}")
            time.sleep(0.02)

    def _greets(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), 1) as connection:
                connection.settimeout(START_SECONDS)
                return connection.recv(200).startswith(b"* OK")
        except OSError:
            return False

    def log(self) -> str:
        """What the server has written: for messages of failed tests."""
        files = [self.folder / "dovecot.out", self.folder / "dovecot.log"]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())[-4000:]

    def end(self) -> None:
        """End it, if it runs: by force, as it would wait for connections that a test has left open."""
        if self._master is not None:
            self.kill()

    def kill(self) -> None:
        """SIGKILL every process of it at once: connections break without goodbye."""
        assert self._master is not None
        self._signal(list(self.pids()), signal.SIGKILL)
        self._master.wait()
        self._master = None

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, and nothing answers."""
        self._signal(list(self.pids()), signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(list(self.pids()), signal.SIGCONT)

    def pids(self) -> Iterator[int]:
        """The master, then its children: all processes of this server."""
        assert self._master is not None
        yield self._master.pid
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text("ascii", "replace").rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == self._master.pid:
                yield int(stat.parent.name)

    @staticmethod
    def _signal(pids: Iterable[int], number: signal.Signals) -> None:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def maildir(self, user: str, mailbox: str = "INBOX") -> Path:
        """The Maildir of a folder; `mailbox` other than INBOX as Dovecot writes it (modified UTF-7)."""
        root = self.folder / "homes" / user / "Maildir"
        return root if mailbox == "INBOX" else root / f".{mailbox}"

    def deliver(self, user: str, contents: Iterable[bytes], mailbox: str = "INBOX", seen: bool = False) -> None:
        """Put mails into a folder as a delivery agent does: written aside, then renamed into `new`.

        `seen`: as if somebody had read them already.
        """
        maildir = self.maildir(user, mailbox)
        for place in (maildir.parent, maildir, *(maildir / name for name in ("tmp", "new", "cur"))):
            self._own(place)
        for content in contents:
            name = f"{time.time():.6f}.M{next(self._number):06d}P{os.getpid()}.test"
            aside = maildir / "tmp" / name
            aside.write_bytes(content)
            if os.geteuid() == 0:
                os.chown(aside, self._uid, self._gid)
            aside.rename(maildir / "cur" / f"{name}:2,S" if seen else maildir / "new" / name)

    def count_anew(self, user: str) -> None:
        """Another UIDVALIDITY, with UIDs from 1 on. While the server is down."""
        for file in self.maildir(user).glob("dovecot*"):
            file.unlink()

    def back_up(self, user: str, place: Path) -> None:
        subprocess.run(["cp", "-a", str(self.folder / "homes" / user), str(place)], check=True)

    def restore(self, user: str, place: Path) -> None:
        """All of a user's mails and their UIDs as they were. While the server is down."""
        home = self.folder / "homes" / user
        shutil.rmtree(home)
        subprocess.run(["cp", "-a", str(place), str(home)], check=True)

    def contents(self, user: str) -> dict[str, list[bytes]]:
        """Every folder of a user (as named on disk) and the mails in it."""
        return {name: [file.read_bytes() for file in files] for name, files in self._files(user).items()}

    def folders(self, user: str) -> dict[str, int]:
        """Every folder of a user (as named on disk) and how many mails lie in it."""
        return {name: len(files) for name, files in self._files(user).items()}

    def _files(self, user: str) -> dict[str, list[Path]]:
        root = self.maildir(user)
        boxes = {"INBOX": root} | {place.name[1:]: place for place in root.glob(".*") if (place / "cur").is_dir()}
        return {name: [*box.glob("new/*"), *box.glob("cur/*")] for name, box in boxes.items()}
