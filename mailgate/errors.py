"""The errors that cross a boundary between rooms; in parentheses the room of those that are defined elsewhere.

    MailgateError
    ├── ConfigurationError            a setting is wrong; the text names it and the cure (for administrators, English)
    ├── RegisterError                 the database refuses: newer than the program, not reachable, locked
    │   ├── RegisterBusy              it would have worked a moment later: temporary
    │   ├── RowRefused                (register.faults) it serves, but will not hold this row
    │   ├── ClaimLost                 (register.spool.claims) another process has the mail now: our effect must not stand
    │   └── RegisterLost              (lostregister) there is none where a daemon has worked with one
    ├── ReadingFailed                 the sandbox could not read a message: limit hit, or the process died
    │   ├── ReadingTooCostly          it needs more processor time or memory than allowed: it will at every try
    │   ├── ReadingTooSlow            (sandbox) time on the clock ran out: perhaps the machine was busy
    │   └── SandboxUnavailable        (sandbox) nothing can be read now: the message was not tried
    │       └── SandboxClosed         (sandbox) because the daemon is stopping
    ├── NoToken                       (login.credentials) no OAuth2 token can be had now
    │   └── GrantRefused              (login.credentials) nor will one be until a person has done what the text says
    ├── CalendarRangeError            an instant outside the years for which the law's calendar is known
    ├── IntakeClosed                  (intake.committer) the daemon is stopping and takes no more mail
    ├── BackupFault                   (backup.fault) a backup cannot be made, read or restored
    ├── AlreadyRunning                (storagelock) another daemon works in this storage folder
    └── DemonstrationFailed           (demonstration) a step of the demonstration did not come about

A fault on our side is always temporary for the one who sends us mail.
"""


class MailgateError(Exception):
    """The base of all: its text is a sentence fit to be shown to an administrator."""


class ConfigurationError(MailgateError):
    """One or more settings are wrong; each line of the text names one and its cure."""


class RegisterError(MailgateError):
    """The database cannot serve."""


class RegisterBusy(RegisterError):
    """The database cannot serve now, and probably can in a moment."""


class ReadingFailed(MailgateError):
    """A message could not be read within the sandbox's limits."""


class ReadingTooCostly(ReadingFailed):
    """The limit on processor time or memory was hit: trying once more comes to the same, so nobody should."""


class CalendarRangeError(MailgateError):
    """The instant lies outside the years for which days off are known (2020 to 2100)."""
