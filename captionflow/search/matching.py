"""Where a text says one of many phrases: pure, in one pass over its words, whatever they and the phrases are.

The automaton of Aho and Corasick (Communications of the ACM 18, 1975). Looking for each phrase at each of its first
words costs the product of both, which a phrase of equal words over a text of that word makes a minute.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence


class Phrases:
    """Phrases to be looked for together; an empty one is found nowhere."""

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._following: list[dict[str, int]] = [{}]
        self._longest = [0]
        """By state: the words of the longest phrase that ends there."""
        for phrase in phrases:
            self._add(phrase)
        self._shorter = [0] * len(self._following)
        """By state: the one of the longest end of what was read that begins a phrase, too."""
        self._link()

    def runs(self, words: Iterable[str]) -> Iterator[tuple[int, int]]:
        """The longest phrase that ends at each word, as (index of its first word, index of its last one).

        Every other phrase that is there lies within one of these.
        """
        state = 0
        for index, word in enumerate(words):
            state = self._step(state, word)
            if length := self._longest[state]:
                yield index - length + 1, index

    def _add(self, phrase: Sequence[str]) -> None:
        state = 0
        for word in phrase:
            known = self._following[state].get(word)
            if known is None:
                known = self._following[state][word] = len(self._following)
                self._following.append({})
                self._longest.append(0)
            state = known
        self._longest[state] = len(phrase)

    def _link(self) -> None:
        """Shorter states first, for each is found by the one of the state before it."""
        waiting = deque(self._following[0].values())
        while waiting:
            state = waiting.popleft()
            for word, longer in self._following[state].items():
                self._shorter[longer] = self._step(self._shorter[state], word)
                waiting.append(longer)
            self._longest[state] = self._longest[state] or self._longest[self._shorter[state]]

    def _step(self, state: int, word: str) -> int:
        while word not in self._following[state]:
            if not state:
                return 0
            state = self._shorter[state]
        return self._following[state][word]
