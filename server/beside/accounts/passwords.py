"""What a password must be, and the row it is kept in. Length over rules: a few words in a row are easier to keep and harder to guess."""

import unicodedata
from uuid import UUID

from beside.accounts.naming import name_key
from beside.accounts.tables import Account, Password
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.errors import BadInput
from beside.kit.ids import blind_index

CHARACTERS = 10  # fewer are guessed from a stolen table within days, Argon2id or not
DIFFERENT = 5  # "aaaaaaaaaa" and "1212121212" are length without choice

# The commonest of ten characters and more in published lists, without their endings of digits and marks
_EASY = """
password passwort passw0rd p@ssword p@ssw0rd mypassword newpassword qwerty qwertyuiop qwertyuio qwertz qwertzuiop azerty azertyuiop asdfghjkl
zxcvbnm qazwsx qazwsxedc iloveyou iloveyousomuch letmein letmeinnow welcome welcometo administrator admin changeme sunshine princess football
basketball baseball superman batman starwars trustno footballer liverpool manchester chocolate butterfly strawberry alexander abcdefgh
abcdefghij abcdefghijkl abcd abc computer internet michael jennifer jessica elizabeth charlotte q1w2e3r4t5y6 q1w2e3r4t5 1q2w3e4r5t
1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx zaq12wsx
"""
_EASY_STEMS = frozenset(_EASY.split())
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def clean_password(text: str) -> str:
    """`text` in NFC, as it is hashed: the same word typed on another keyboard is the same. Raises `BadInput` (`bad_text`)."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise BadInput("bad_text", field="password")
    return unicodedata.normalize("NFC", text)


def require_good_password(password: str, *names: str) -> str:
    """`password`, cleaned. Raises `BadInput`: `password_short`, or `password_easy` where it is a common one or one of `names`."""
    plain = clean_password(password)
    if len(plain) < CHARACTERS:
        raise BadInput("password_short", field="password")
    folded = name_key(plain)
    bare = folded.strip("0123456789!?.,;:*#$%&+-_=@/ ")
    if len(set(folded)) < DIFFERENT or folded in _EASY_STEMS or bare in _EASY_STEMS or not bare or any(folded in run for run in _RUNS):
        raise BadInput("password_easy", field="password")
    if any(name and (folded == name_key(name) or bare == name_key(name)) for name in names):
        raise BadInput("password_easy", field="password")
    return plain


def new_password(ctx: Context, account: Account, name: str, password_hash: str) -> Password:
    """The row: `name` is what they sign in with, sealed under their own key. Add it, and flush for `IntegrityError` (name taken)."""
    return Password(
        account_id=account.id,
        hub_id=account.hub_id,
        sealed_name=ctx.house.keyring.seal(_key_of(account), name, _place(account.id)),
        name_index=name_index(ctx, account.hub_id, name),
        password_hash=password_hash,
        set_at=ctx.now,
    )


def name_index(ctx: Context, hub: UUID, name: str) -> str:
    """What a name to sign in with is looked up by, in this hub."""
    return blind_index(ctx.house.secret, f"sign_in/{hub}", name_key(name))


def sign_in_name(ctx: Context, account: Account, row: Password) -> str:
    """The name this account signs in with; empty where it cannot be opened."""
    try:
        return ctx.house.keyring.open(_key_of(account), row.sealed_name, _place(account.id))
    except Unreadable:
        return ""


def _key_of(account: Account) -> DataKey:
    return DataKey(account.key_version, account.wrapped_key)


def _place(account: UUID) -> str:
    return f"account/{account}/sign_in_name"
