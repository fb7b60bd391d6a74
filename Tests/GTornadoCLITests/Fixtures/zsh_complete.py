"""Types a line into an interactive zsh, presses TAB, and prints what zsh shows.

    zsh_complete.py FOLDER_OF_COMPLETIONS LINE

Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
SPDX-License-Identifier: MIT
"""
import os
import pty
import re
import select
import signal
import sys
import time

folder, line = sys.argv[1:3]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="% ", LISTMAX="1000", COLUMNS="200", LINES="60")
    os.execvp("zsh", ["zsh", "-f", "-i"])


def read(seconds, until=None):
    """What the terminal shows until it shows `until`, or nothing for a while."""
    output = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                output += os.read(terminal, 65536)
            except OSError:
                break
        if until and until in output:
            break
    return output.decode(errors="replace")


def type_in(text):
    os.write(terminal, text.encode())


# What is typed before zsh reads its terminal is lost.
read(30, b"\x1b[?2004h")
# The marker is put together by zsh, so that the echo of the command is not taken for it.
type_in(f"fpath=('{folder}' $fpath); autoload -Uz compinit && compinit -D -u; unsetopt beep list_types; echo re''ady\n")
if "ready" not in read(30, b"ready\r\n"):
    sys.exit("zsh does not start")
read(0.3)
# TAB and Ctrl-D: complete as far as it is clear, and list all that is possible.
type_in(line + "\t")
shown = read(0.7)
type_in("\x04")
shown += read(0.7)
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07", "", shown))
