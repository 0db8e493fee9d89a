from lochan.redshift.wire.authentication import (
    TemporaryPasswords,
    is_right_answer,
    md5_answer,
    md5_hash,
    split_temporary_user,
)


def test_digest_is_postgresqls():
    # md5(md5(password + user) + salt), by md5sum: the formula of AuthenticationMD5Password in
    # https://www.postgresql.org/docs/18/protocol-flow.html
    assert md5_hash("user", "password") == "4d45974e13472b5a0be3533de4666414"
    answer = md5_answer("4d45974e13472b5a0be3533de4666414", b"salt")
    assert answer == "md58e998aaa66bd302e5592df3642c16f78"
    assert is_right_answer(answer, "4d45974e13472b5a0be3533de4666414", b"salt")
    assert not is_right_answer(answer, "4d45974e13472b5a0be3533de4666414", b"pepr")


def test_temporary_password_expires():
    now = [1000.0]
    passwords = TemporaryPasswords(clock=lambda: now[0])
    passwords.add("ana", "secret", 900)
    assert passwords.hashes("ana", "IAM:ana") == [md5_hash("IAM:ana", "secret")]
    now[0] += 901
    assert passwords.hashes("ana", "IAM:ana") == []


def test_prefix_of_temporary_credentials_is_not_part_of_the_users_name():
    assert split_temporary_user("IAM:ana") == ("ana", True)
    assert split_temporary_user("IAMA:ana") == ("ana", True)
    assert split_temporary_user("ana") == ("ana", False)
