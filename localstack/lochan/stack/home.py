"""The folder in which one stack keeps its state, logs, certificates and passwords."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from lochan.stack.errors import StackError

# A checkout has the folder from the start, so that a container engine does not make it as root.
_OF_THE_CHECKOUT = {".gitignore"}


@dataclass(frozen=True)
class Home:
    """Names every path below `$LOCHAN_HOME`."""

    root: Path

    @property
    def lock(self) -> Path:
        """The file whose lock lets one `up` or `down` work at a time."""
        return self.root / "lock"

    @property
    def stack(self) -> Path:
        """The identity and the ports of the stack that was started."""
        return self.root / "stack.json"

    @property
    def services(self) -> Path:
        """One JSON record for each started service."""
        return self.root / "services"

    @property
    def logs(self) -> Path:
        """One log file for each service; they outlive the stack."""
        return self.root / "logs"

    @property
    def credentials(self) -> Path:
        """The generated passwords, in the shape that provisioning takes."""
        return self.root / "credentials.json"

    @property
    def token(self) -> Path:
        """The bearer token that our servers ask of one another."""
        return self.root / "token"

    @property
    def certificates(self) -> Path:
        """The stack's certificate authority, server certificate and bundle."""
        return self.root / "tls"

    @property
    def state(self) -> Path:
        """A folder of data for each service, gone with the stack."""
        return self.root / "state"

    def log(self, service: str) -> Path:
        """Name the log file of a service."""
        return self.logs / f"{service}.log"

    def open(self) -> None:
        """Make the folder and keep everybody else out of it."""
        self._refuse_foreign_folder()
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.services, self.logs, self.state):
            folder.mkdir(exist_ok=True)

    def clear(self) -> None:
        """Remove what belongs to a stack; logs stay for whoever asks why it ended."""
        for folder in (self.state, self.certificates, self.services):
            if folder.exists():
                shutil.rmtree(folder)
        for file in (self.credentials, self.token, self.stack):
            file.unlink(missing_ok=True)

    def _refuse_foreign_folder(self) -> None:
        """Stop before a folder that holds somebody's files is closed to others and cleared."""
        if self.root.exists() and not self.root.is_dir():
            raise StackError(f"LOCHAN_HOME names {self.root}, which is a file: name a folder.")
        folders = (self.services, self.logs, self.state, self.certificates)
        files = (self.lock, self.stack, self.credentials, self.token)
        ours = {path.name for path in (*folders, *files)}
        present = {path.name for path in self.root.iterdir()} if self.root.exists() else set()
        present -= _OF_THE_CHECKOUT
        if present and not present & ours:
            raise StackError(
                f"LOCHAN_HOME names {self.root}, which holds other files: "
                "name an empty folder or one that does not exist yet."
            )
