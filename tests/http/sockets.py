"""What tests do with bare sockets."""

from __future__ import annotations

import socket
import struct


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def reset(connection: socket.socket) -> None:
    """Hang up without a word of farewell: the other side gets ECONNRESET."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
