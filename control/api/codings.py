"""How a body is coded on its way: not at all, but for chunks."""

from aiohttp import HttpVersion11, web

from control.api.problems import ProblemError

CLOSE = {"Connection": "close"}


def check_codings(request: web.Request) -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProblemError(415, "the body must not be compressed")
    coding = request.headers.get("Transfer-Encoding")
    if coding is None:
        return
    # aiohttp takes what comes before `chunked` for nothing. And HTTP/1.0 has no chunks: whoever passed this
    # on may have seen another body (RFC 9112, 6.1).
    if coding.strip().lower() != "chunked" or request.version < HttpVersion11:
        raise ProblemError(400, "the only transfer coding that is taken is 'chunked', in HTTP/1.1", CLOSE)
