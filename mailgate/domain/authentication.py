"""What our own receiving server found out about a sender (RFC 8601): its word counts, nobody else's."""

from __future__ import annotations

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from mailgate.domain.mail import InboundMail

HEADER = "Authentication-Results"


def objection(mail: InboundMail, trusted_authserv_id: str | None) -> str | None:
    """Why the sender may not be who the mail says, as an English clause; None where nothing speaks against it.

    Without a trusted server there is no witness and thus no objection.  With one, its topmost header is read: a
    failed DMARC objects; where DMARC was not judged, DKIM or SPF must have passed.  A mail that lacks the header did
    not come through that server, and headers that name another server prove nothing: both object.
    """
    if trusted_authserv_id is None:
        return None
    results = _results(mail, trusted_authserv_id)
    if results is None:
        return f"no {HEADER} of {trusted_authserv_id}"
    if "dmarc" in results and results["dmarc"] not in ("none", "temperror"):
        return None if "pass" in results["dmarc"] else f"DMARC {results['dmarc']}"
    passed = "pass" in (results.get("dkim"), results.get("spf"))
    return None if passed else "neither DKIM nor SPF passed"


def _results(mail: InboundMail, authserv_id: str) -> dict[str, str] | None:
    """Method and result of the topmost header by that server; of several results of a method a pass wins."""
    for value in mail.header_all(HEADER):
        try:
            header = AuthenticationResultsHeader.parse(f"{HEADER}: {value}")
        except AuthResError:
            continue
        if (header.authserv_id or "").lower() != authserv_id.lower():
            continue
        results: dict[str, str] = {}
        for result in header.results:
            if results.get(result.method) != "pass":
                results[result.method] = str(result.result).lower()
        return results
    return None
