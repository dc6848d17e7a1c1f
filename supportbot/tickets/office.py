"""The desk as its letters know it, and telephone numbers as a Swede writes them. Pure."""

from dataclasses import dataclass

import phonenumbers

SWEDEN = 46


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    """As customers see it: "iCentrex kundcenter"."""
    address: str
    phone: str
    """For urgent faults (T4)."""
    languages: tuple[str, ...] = ("sv", "en")
    """Languages that letters are written in; staff are written to in the first."""

    def languages_for(self, language: str) -> tuple[str, ...]:
        """The reader's own language, else all that we have, in one mail."""
        return (language,) if language in self.languages else self.languages


def phone_shown(number: str) -> str:
    """A number in E.164 or as written -> "08-465 004 90", foreign ones "+47 22 12 34 56"; what is no number stays."""
    try:
        parsed = phonenumbers.parse(number, "SE")
    except phonenumbers.NumberParseException:
        return number.strip()
    if not phonenumbers.is_possible_number(parsed):
        return number.strip()
    swedish = parsed.country_code == SWEDEN
    form = phonenumbers.PhoneNumberFormat.NATIONAL if swedish else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
