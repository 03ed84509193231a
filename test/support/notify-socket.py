# Holds the socket to which services of systemd report (sd_notify(3)), as systemd does, and prints each message in a line.
# notify-socket.py path
import socket
import sys

held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
held.bind(sys.argv[1])
print('bound', flush=True)
while True:
    # File descriptors that come along are closed: systemd-notify waits for that.
    print(held.recv(4096).decode(), flush=True)
