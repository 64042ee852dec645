"""The client of `warm_programs.py`.

    python -IS warm_client.py SOCKET PYTHON -m MODULE ARGUMENTS

It asks for a fork, passes signals on, and ends as the fork does. With other arguments it starts an
ordinary interpreter.
"""

import array
import json
import os
import signal
import socket
import sys

_PASSED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    server, python, *arguments = sys.argv[1:]
    if arguments[:1] != ["-m"]:
        os.execv(sys.executable, [sys.executable, *arguments])
    here = socket.socket(socket.AF_UNIX)
    here.connect(server)
    asked = {
        "arguments": arguments,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "group": os.getpgrp(),
        "python": python,
    }
    streams = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))
    message = json.dumps(asked).encode() + b"\n"
    sent = here.sendmsg([message], [streams])
    here.sendall(message[sent:])
    for number in _PASSED:
        signal.signal(number, lambda got, _: here.sendall(bytes([got])))
    for number in (0, 1, 2):  # so that a pipe ends when the fork ends, and not later
        os.close(number)
    code = int(here.recv(16) or b"1")
    if code < 0:
        if -code in _PASSED:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
