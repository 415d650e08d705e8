"""Prints passlib-hashes.json: passwords as passlib itself hashes them, and hashes that must match nothing.

The salts are made from the entries' numbers, so that each run prints the same.
"""

import hashlib
import json
import unicodedata

import passlib
from passlib.hash import (
    django_pbkdf2_sha256,
    ldap_pbkdf2_sha256,
    pbkdf2_sha1,
    pbkdf2_sha256,
    pbkdf2_sha512,
    sha256_crypt,
)
from passlib.utils.binary import ab64_encode

USUAL = 29_000  # passlib's own default

CAFE = "caf\u00e9 \u00c5ngstr\u00f6m"
PASSWORDS = [
    "password",
    "  spaced  ",
    "tab\tline\nnul\0end",
    unicodedata.normalize("NFC", CAFE),
    unicodedata.normalize("NFD", CAFE),
    "\ufb01ve \u2167",  # a ligature and a numeral, that NFKC would change
    "\u03c0\u03b1\u03c1\u03ac\u03b4\u03b5\u03b9\u03b3\u03bc\u03b1",
    "\U0001f511 \u2764\ufe0f",
]
# about SHA-256's block, about bcrypt's limit, up to the longest that the service compares
PASSWORDS += ["x" * length for length in (1, 63, 64, 65, 72, 73, 255, 1023, 1024)]
PASSWORDS += ["\U0001f511" * 256]

ROUNDS = [1, 1000, 120_000, 1_000_000]
SALT_SIZES = [0, 1, 2, 3, 1024]


def salt(number, size=16):
    return hashlib.shake_256(b"%d" % number).digest(size)


def strange():
    """Hashes that are none of the old server's: passlib's own check refuses them, too."""
    usual = pbkdf2_sha256.using(salt=salt(0)).hash("password")
    head, checksum = usual.rsplit("$", 1)
    for handler in (pbkdf2_sha512, pbkdf2_sha1, ldap_pbkdf2_sha256):
        yield handler.name, handler.using(rounds=USUAL, salt=salt(1)).hash("password")
    yield django_pbkdf2_sha256.name, django_pbkdf2_sha256.using(rounds=USUAL, salt="a1b2c3d4").hash("password")
    yield sha256_crypt.name, sha256_crypt.using(rounds=USUAL, salt="a1b2c3d4").hash("password")
    # passlib needs another package to make these two; the first is from its documentation
    yield "bcrypt", "$2a$12$NT0I31Sa7ihGEWpka9ASYeEFkhuTNeBQ2xfZskIiiJeyFXhRgS.Sy"
    yield "argon2id", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
    yield "rounds of a hundred digits", usual.replace("29000", "9" * 100)
    yield "no rounds", usual.replace("29000", "0")
    yield "rounds below none", usual.replace("29000", "-29000")
    yield "zeros before the rounds", usual.replace("29000", "029000")
    yield "rounds left out", usual.replace("29000", "")
    yield "a salt of 1,025 bytes", with_salt(salt(1, 1025))
    yield "a salt that is not base64", "$pbkdf2-sha256$29000$abcde$" + checksum
    yield "a checksum cut short", usual[:-1]
    yield "a checksum too long", usual + "A"
    yield "no checksum", head
    yield "a line too many", usual + "\n"
    yield "the name in capitals", usual.replace("pbkdf2", "PBKDF2")
    yield "the password itself", "password"
    yield "nothing", ""


def beyond():
    """Hashes that passlib would take, but that it never writes or that cost too much."""
    usual = pbkdf2_sha256.using(salt=salt(0)).hash("password")
    yield "rounds above the limit", pbkdf2_sha256.using(rounds=1_000_001, salt=salt(0)).hash("password")
    yield "the most rounds that passlib knows", usual.replace("29000", "4294967295")
    yield "standard base64", usual.replace(".", "+") + "="


def with_salt(bytes_):
    checksum = hashlib.pbkdf2_hmac("sha256", b"password", bytes_, 1)
    return "$pbkdf2-sha256$1$%s$%s" % (ab64_encode(bytes_).decode(), ab64_encode(checksum).decode())


def is_refused(hash_):
    try:
        return not pbkdf2_sha256.verify("password", hash_)
    except (TypeError, ValueError):
        return True


def made():
    cases = [(password, USUAL, 16) for password in PASSWORDS]
    cases += [("password", rounds, 16) for rounds in ROUNDS]
    cases += [("password", 1, size) for size in SALT_SIZES]
    for number, (password, rounds, size) in enumerate(cases):
        handler = pbkdf2_sha256.using(rounds=rounds, salt=salt(number, size))
        yield {"password": password, "hash": handler.hash(password)}


def refused():
    for kind, hash_ in strange():
        if not is_refused(hash_):
            raise AssertionError("passlib takes " + kind)
    return [{"kind": kind, "hash": hash_} for kind, hash_ in [*strange(), *beyond()]]


if __name__ == "__main__":
    content = {"madeBy": "passlib " + passlib.__version__, "hashes": list(made()), "refused": refused()}
    print(json.dumps(content, indent=2))
