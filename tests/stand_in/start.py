"""One start of a program of XBPS: asks the stand-in that runs already (resident.py) to be it.

A lock starts some thirty programs, each of which does little: the imports would take most of the
time, even those of the module socket.
"""

import os
import sys
from _socket import AF_UNIX, SCM_RIGHTS, SOCK_SEQPACKET, SOL_SOCKET, socket

words = [os.getcwd(), os.environ.get("XBPS_ARCH", ""), *sys.argv]  # noqa: PTH109 - see above
passed = b"".join(number.to_bytes(4, sys.byteorder) for number in (1, 2))
asked = socket(AF_UNIX, SOCK_SEQPACKET)
# A socket's whole path may be too long.
os.chdir(os.path.dirname(sys.argv[0]))  # noqa: PTH120 - see above
asked.connect("socket")
asked.sendmsg([os.fsencode("\0".join(words))], [(SOL_SOCKET, SCM_RIGHTS, passed)])
sys.exit(int(asked.recv(4)))
