"""The unified social credit code (统一社会信用代码, GB 32100-2015): finding it in a text and checking it.

Here: form and check digits. Not here: whose it is. Nothing is taken from digits 3 to 8: they name a region at the time and in
the list of the office that gave the code, which is often not the region of GB/T 2260.
"""

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_MODULUS = len(_ALPHABET)
_WEIGHTS = tuple(3**place % _MODULUS for place in range(17))
# Office that registers (1 institutional establishment … Y other), kind of organisation (1 to 9, A).
_SHAPED = re.compile(r"(?<![0-9A-Z])[1-9ANY][1-9A][0-9A-HJ-NP-RTUWXY]{16}(?![0-9A-Z])")


def is_valid(code: str) -> bool:
    """Tell whether ``code`` has 18 characters of the code's alphabet and the right check character."""
    if len(code) != 18 or any(character not in _VALUES for character in code):
        return False
    total = sum(_VALUES[character] * weight for character, weight in zip(code, _WEIGHTS, strict=False))
    return _VALUES[code[-1]] == -total % _MODULUS


def codes_in(text: str) -> list[str]:
    """Return the valid codes in ``text``, each once, in order."""
    return [code for code in dict.fromkeys(_SHAPED.findall(text.upper())) if is_valid(code)]
