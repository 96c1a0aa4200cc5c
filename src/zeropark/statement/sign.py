"""Signatures: a detached JWS (RFC 7515, appendix F) over the canonical bytes, Ed25519 or ES256. There is no default key.

The library (``joserfc``) is the extra ``sign``; without it nothing can be signed, and no signature be checked.
"""

from __future__ import annotations

import base64
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from zeropark.errors import Fault, InputError

_ALGORITHMS = {("OKP", "Ed25519"): "Ed25519", ("EC", "P-256"): "ES256"}


def sign(payload: bytes, key_file: Path) -> str:
    """The detached signature of the bytes with a private key (PEM, or a JWK). Raises InputError."""
    key, algorithm = _key(key_file, "--sign")
    if not key.is_private:
        raise InputError([Fault(str(key_file), None, "--sign", "a public key", "the private key")])
    header = {"alg": algorithm, "kid": key.thumbprint()}
    token: str = _library("joserfc.jws").serialize_compact(header, payload, key, algorithms=[algorithm])
    head, _, mark = token.split(".")
    return f"{head}..{mark}"


def require_key(key_file: Path, option: str) -> None:
    """Raises InputError where the key is none, or cannot be used without the extra: before what takes long."""
    key, _ = _key(key_file, option)
    if option == "--sign" and not key.is_private:
        raise InputError([Fault(str(key_file), None, option, "a public key", "the private key")])


def check(payload: bytes, signature: str, key_file: Path) -> str:
    """Empty when the signature of these bytes is of that key; else what is wrong. Raises InputError for a bad key."""
    key, algorithm = _key(key_file, "--key")
    parts = signature.split(".")
    if len(parts) != 3 or parts[1]:
        return "the signature is no detached JWS"
    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode("ascii")
    try:
        _library("joserfc.jws").deserialize_compact(
            f"{parts[0]}.{body}.{parts[2]}", key, algorithms=[algorithm]
        )
    except _library("joserfc.errors").BadSignatureError:
        return f"the signature is not that of the key {key_file.name} over this statement"
    except Exception as error:  # a broken token fails in many ways, and none of them is a signature
        return f"the signature cannot be read ({type(error).__name__})"
    return ""


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            [
                Fault(
                    "signature",
                    None,
                    "joserfc",
                    "not installed",
                    "the extra 'sign'",
                    "pip install 'zeropark[sign]'",
                )
            ]
        ) from error


def _key(path: Path, option: str) -> tuple[Any, str]:
    """The key of a file and the one algorithm that it is used with. Raises InputError."""
    jwk = _library("joserfc.jwk")
    expected = "an Ed25519 or P-256 key (PEM, or a JWK)"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError([Fault(str(path), None, option, error.strerror or "no file", expected)]) from error
    raw: Any = content
    if content.lstrip().startswith(b"{"):
        try:
            raw = json.loads(content)
        except ValueError as error:
            raise InputError([Fault(str(path), None, option, "no JSON", expected)]) from error
    for kind in (jwk.OKPKey, jwk.ECKey):
        try:
            key = kind.import_key(raw)
            curve = key.as_dict(private=False)["crv"]
        except Exception:  # a key of the other kind, or none at all: told below
            continue
        if (kind.key_type, curve) in _ALGORITHMS:
            return key, _ALGORITHMS[kind.key_type, curve]
    raise InputError([Fault(str(path), None, option, "no such key", expected)])
