"""How much two texts begin alike. Pure."""


def common_prefix(one: str, other: str) -> int:
    """How many code points both begin with, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
