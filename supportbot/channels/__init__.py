"""One outside system a file: mail in (imap), mail out (smtp). Each turns trouble into words and one of few classes."""
