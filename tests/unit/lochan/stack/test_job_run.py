import pytest

from lochan.stack.errors import StackError
from lochan.stack.job_run import parse_arguments


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([], {}),
        (["--rows", "10"], {"--rows": "10"}),
        (["--rows=10"], {"--rows": "10"}),
        (["--where", "a=b"], {"--where": "a=b"}),
        (["--dry", "--rows", "10"], {"--dry": "", "--rows": "10"}),
        (["--offset", "-5"], {"--offset": "-5"}),
        (["--rows", "1", "--rows", "2"], {"--rows": "2"}),
    ],
)
def test_words_become_the_arguments_of_a_run(words, arguments):
    assert parse_arguments(words) == arguments


@pytest.mark.parametrize(
    ("words", "refused"),
    [(["10"], "'10'"), (["--rows", "10", "11"], "'11'"), (["-r", "10"], "'-r'")],
)
def test_a_word_without_a_name_is_refused(words, refused):
    with pytest.raises(StackError, match=refused):
        parse_arguments(words)
