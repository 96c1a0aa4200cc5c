"""Signatures: by the right key over these bytes, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from zeropark.errors import InputError
from zeropark.statement import sign
from zeropark.statement.canonical import canonical, content_of, paper_bytes
from zeropark.statement.read import read_statement
from zeropark.statement.verify import verify

from .conftest import Folder


def keys(place: Path, name: str, key: Any, as_jwk: bool = False) -> tuple[Path, Path]:
    """Private and public key in files."""
    paths = place / f"{name}.key", place / f"{name}.pub"
    for path, private in zip(paths, (True, False), strict=True):
        text = json.dumps(key.as_dict(private=private)).encode() if as_jwk else key.as_pem(private=private)
        path.write_bytes(text)
    return paths


@pytest.mark.parametrize("as_jwk", [False, True])
@pytest.mark.parametrize(
    "make", [lambda: OKPKey.generate_key("Ed25519"), lambda: ECKey.generate_key("P-256")]
)
def test_signed(folder: Folder, tmp_path: Path, make: Any, as_jwk: bool) -> None:
    private, public = keys(tmp_path, "a", make(), as_jwk)
    _, other = keys(tmp_path, "b", make(), as_jwk)
    path = folder(signature=lambda s: sign.sign(canonical(content_of(s)), private))
    assert read_statement(path).signature.split(".")[1] == "", "detached: the statement is not in it twice"
    assert verify(path, public).ok
    assert verify(path, private).ok
    assert not verify(path, other).ok
    assert "not that of the key b.pub" in verify(path, other).failures[0]
    assert {c.what: c.ok for c in verify(path).checks}["signature"] is None


def test_a_changed_statement_is_no_longer_signed(folder: Folder, tmp_path: Path) -> None:
    private, public = keys(tmp_path, "a", OKPKey.generate_key("Ed25519"))
    path = folder(signature=lambda s: sign.sign(canonical(content_of(s)), private))
    paper = read_statement(path)
    path.write_bytes(paper_bytes(replace(paper.statement, park="Other"), paper.signature))
    assert verify(path).ok, "forged throughout: only the signature tells"
    assert [f.split(":")[0] for f in verify(path, public).failures] == ["signature"]


def test_not_signed(folder: Folder, tmp_path: Path) -> None:
    _, public = keys(tmp_path, "a", OKPKey.generate_key("Ed25519"))
    assert "not signed" in verify(folder(), public).failures[0]


def test_another_algorithm_in_the_header_is_not_taken(folder: Folder, tmp_path: Path) -> None:
    """A signature by HMAC with the public key as its secret, and one that says ``none``."""
    _, public = keys(tmp_path, "a", OKPKey.generate_key("Ed25519"))
    jws = sign._library("joserfc.jws")
    path = folder()
    content = canonical(content_of(read_statement(path).statement))
    secret = OctKey.import_key(public.read_bytes()[:40].decode().replace("-", "x"))
    token = jws.serialize_compact({"alg": "HS256"}, content, secret, algorithms=["HS256"])
    assert sign.check(content, f"{token.split('.')[0]}..{token.split('.')[2]}", public)
    assert sign.check(content, "eyJhbGciOiJub25lIn0..", public)
    assert sign.check(content, "a.b.c", public) == "the signature is no detached JWS"


def test_bad_keys(tmp_path: Path) -> None:
    private, public = keys(tmp_path, "a", OKPKey.generate_key("Ed25519"))
    with pytest.raises(InputError, match="private key"):
        sign.sign(b"x", public)
    for name, content in {
        "none": b"nothing",
        "json": b"{",
        "p384": ECKey.generate_key("P-384").as_pem(),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="Ed25519 or P-256"):
            sign.sign(b"x", tmp_path / name)
    with pytest.raises(InputError, match="No such file"):
        sign.check(b"x", "a..b", tmp_path / "absent")
    assert private.is_file()


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(sign, "import_module", absent)
    with pytest.raises(InputError, match=r"zeropark\[sign\]"):
        sign.sign(b"x", tmp_path / "k")
