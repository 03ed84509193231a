"""An SMTP server that says what it gets, a JSON object a line, and misbehaves as it is told: see smtp-process.ts."""

import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("--login")
parser.add_argument("--refuse", nargs=2, action="append", default=[])
parser.add_argument("--refuse-mail")
parser.add_argument("--starttls", nargs=2)
parser.add_argument("--tls", nargs=2)
options = parser.parse_args()


def say(**what):
    print(json.dumps(what), flush=True)


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        for refused, reply in options.refuse:
            if refused == address:
                return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if options.refuse_mail:
            return options.refuse_mail
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            content=envelope.original_content.decode("utf-8"),
            encrypted=session.ssl is not None or options.tls is not None,
            authenticated=bool(session.authenticated),
        )
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    assert isinstance(data, LoginPassword)
    given = f"{data.login.decode()}:{data.password.decode()}"
    say(login=given)
    # The server is to say so itself.
    return AuthResult(success=given == options.login, handled=False)


def connection():
    return SMTP(
        Handler(),
        authenticator=authenticate if options.login else None,
        # Whoever asks for it may send a password in the clear: it is for the client not to.
        auth_require_tls=False,
        tls_context=context(options.starttls) if options.starttls else None,
    )


async def main():
    encrypted = context(options.tls) if options.tls else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=encrypted)
    say(port=server.sockets[0].getsockname()[1])
    # It ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
