"""Errors that a person can act on; each is turned into words in one place per door."""


class UserError(Exception):
    """Something the reader can mend. `key` names a message under `[error]` in the locale files."""

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        return f"{self.key} {self.params}" if self.params else self.key


class ConfigError(Exception):
    """A config file or environment that cannot be used; `str()` names file and key in one line."""


class Unrecognised(UserError):
    """A table with a header that means nothing to us; its cells can be asked about."""

    def __init__(self, key: str, header: tuple[str, ...], /, **params: object) -> None:
        super().__init__(key, **params)
        self.header = header
