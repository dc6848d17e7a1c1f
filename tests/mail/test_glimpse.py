"""Sender and subject of mails that nobody could read."""

import pytest

from supportbot.mail.glimpse import HEAD, LONGEST, sender_and_subject


@pytest.mark.parametrize(
    ("content", "sender", "subject"),
    [
        (b"From: Eva <eva@a.example>\r\nSubject: Hej\r\n\r\nSubject: nej\r\n", "Eva <eva@a.example>", "Hej"),
        (b"SUBJECT : v\xc3\xa4xel\n ner\nfrom:eva@a.example\n\n", "eva@a.example", "växel"),
        (b"Subject: =?utf-8?B?SGVq?=\n\nFrom: in@the.body\n", "", "=?utf-8?B?SGVq?="),
        (b"Subject: \xff\0\n", "", "\ufffd\0"),
        (b"Subject: " + b"x" * 10_000, "", "x" * (LONGEST - 1)),
        (b"X: " + b"x" * HEAD + b"\nSubject: too far\n\n", "", ""),
        (b"", "", ""),
    ],
)
def test_they_are_shown_as_they_stand_in_the_header(content, sender, subject):
    assert sender_and_subject(content) == (sender, subject)
