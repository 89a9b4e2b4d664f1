"""`Expect: 100-continue` (RFC 9110, 10.1.1): the client asks whether to send its body.

It is told to when everything that its request's head says is in order, just before the body is read. So
who has no key, or announces too much, is refused without having sent it.
"""

from aiohttp import HttpVersion11, web

from control.api.problems import ProblemError

CONTINUED = web.RequestKey("continued", bool)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


async def expected(request: web.Request) -> None:
    """In place of aiohttp's own, which tells every client to go on, before anybody has looked at the
    request.
    """


async def meet(request: web.Request) -> None:
    """Before the body is read."""
    expectation = request.headers.get("Expect")
    if expectation is None or request.version < HttpVersion11:
        return
    if expectation.lower() != "100-continue":
        raise ProblemError(417, "the only expectation that is met is '100-continue'")
    if not request.content.is_eof() and not request.content.total_bytes:
        await request.writer.write(CONTINUE)
        # What counts is the answer that follows.
        request.writer.output_size = 0
    request[CONTINUED] = True


def unmet(request: web.Request) -> bool:
    """Whether the client was never told to send its body. It may do so or not, so nothing can follow."""
    return "Expect" in request.headers and CONTINUED not in request and request.can_read_body
