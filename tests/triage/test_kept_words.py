"""Words are kept from mail to mail, but not the long ones: a stranger could fill the memory with them."""

from supportbot.triage import text


def test_long_words_are_read_and_not_kept() -> None:
    kept = (text._folded, text._lowered, text._stem, text._made)
    text.sentences("Växel lång å", "sv")
    before = [each.cache_info().currsize for each in kept]
    (sentence,) = text.sentences("Vål" * 30, "sv")
    assert sentence.words[0].plain == "val" * 30
    letters = [each.cache_info().currsize - size for each, size in zip(kept, before, strict=True)]
    assert text.fold("Ö" * 61) == "o" * 61 and text.lower("Ö" * 61) == "ö" * 61
    text.sentences("Vålv" * 30, "sv")
    after = [each.cache_info().currsize - size for each, size in zip(kept, before, strict=True)]
    assert after == letters and letters[1:] == [0, 0, 0]
