"""A small disk in memory that can be filled, and made larger while it is in use."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

KIB = 1024


class Disk:
    """A mounted tmpfs."""

    def __init__(self, folder: Path, size_kib: int) -> None:
        self.folder, self._ballast = folder, folder / "ballast"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k,mode=0755", "tmpfs", str(folder)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"this experiment needs to mount a tmpfs, and may not: {done.stderr.strip()}")

    def used_kib(self) -> int:
        """How much lies on it."""
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // KIB

    def free_kib(self) -> int:
        """How much room is left."""
        found = os.statvfs(self.folder)
        return found.f_bfree * found.f_frsize // KIB

    def resize(self, size_kib: int) -> None:
        """Gives it another size, which must hold what lies on it."""
        subprocess.run(["mount", "-o", f"remount,size={size_kib}k", str(self.folder)], check=True)

    def fill(self) -> None:
        """Takes what room is left, as another program would."""
        with open(self._ballast, "ab", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4 * KIB))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def relieve(self) -> None:
        """Gives that room back."""
        self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Takes it away with all that lies on it."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def small_disk(size_kib: int) -> Iterator[Disk]:
    """A disk for as long as the block lasts, in a folder into which other users may look."""
    folder = Path(tempfile.mkdtemp(prefix="florin-disk-"))
    folder.chmod(0o755)
    try:
        disk = Disk(folder, size_kib)
        try:
            yield disk
        finally:
            disk.unmount()
    finally:
        folder.rmdir()
