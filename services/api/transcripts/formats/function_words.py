"""Words that belong to what follows them: no cue and no line should end behind one. Pure.

Articles, prepositions, conjunctions, possessives, and short forms of verbs that lead to another word. One list a
language, by its primary subtag.
"""

from collections.abc import Mapping
from typing import Final

_LISTS: Final[Mapping[str, str]] = {
    "en": """
        a about above across after against along although among an and around as at because before behind below
        beneath beside between beyond but by despite during every except for from her his if in into its like my
        near nor of off on onto or our out outside over past per since so than that the their these this those
        through throughout to toward towards under unless until upon via when where whether which while who
        whose with within without your am are be been being can could did do does had has have is may might must
        shall should was were will would not i he she we they you it i'm you're we're they're it's he's she's
        that's there's don't i've we've very
    """,
    "de": """
        ab als am an auf aus bei bevor bis da dass dem den denn der des die das damit durch ein eine einem einen
        einer eines für gegen hinter ihr ihre im in ins ist ihrem ihren ihrer kein keine mein meine mit nach
        nachdem neben nicht ob obwohl oder ohne sehr seit sein seine sind sowie statt trotz über um und unser
        unsere unter vom von vor während war waren wegen weil wenn wie wird wir ich er sie zu zum zur zwischen
    """,
    "es": """
        a al ante bajo cada como con contra cuando de del desde durante e el en entre es esta este estas estos
        hacia hasta la las lo los más mi mis muy ni no nos nuestra nuestro o para pero por porque que se según
        si sin sobre son su sus tras tu tus u un una unas unos y ya yo
    """,
    "fr": """
        à afin au aux avec avant après car ce ces cet cette chaque chez comme contre d' dans de depuis des
        derrière devant dont du durant elle en entre est et il ils je l' la le les leur leurs lorsque ma mais
        malgré mes mon ne ni nos notre nous on ont ou où par parce parmi pendant plus pour près pendant qu'
        quand que qui sa sans se selon ses si son sont sous sur ta tes ton très tu un une vers vos votre vous y
    """,
    "pt": """
        a à ao aos as às até cada com como contra da das de dela dele desde do dos durante e é em entre essa
        esse esta este eu foi já mais mas me meu minha muito na nas nem no nos nossa nosso não o os ou para pela
        pelas pelo pelos perante por porque quando que são se sem seu sob sobre sua são um uma umas uns
    """,
    "it": """
        a ad ai al alla alle allo agli anche che chi ci col come con contro da dai dal dalla dalle dallo degli
        dei del della delle dello di dopo dove e ed è fra gli i il in io la le lo ma mentre mi mia mio molto ne
        negli nei nel nella nelle nello noi non o ogni per perché più prima quando questa questo se sei senza si
        sono sotto su sua suo sui sul sulla tra un una uno
    """,
    "nl": """
        aan achter al als bij binnen buiten dat de deze die dit door een en er haar heel het hij hun ik in is je
        maar met mijn na naar naast niet of om omdat onder ons onze op over per sinds te tegen ten ter tot
        tussen uit van vanaf voor waar want was wat we wij wordt ze zeer zij zijn zo zonder
    """,
    "ru": """
        а без благодаря был была были в во вдоль для до его ее её если же за и из из-за или их к как когда ко
        который которая которое которые кто ли мой моя на над наш наша не ни но о об от очень перед по под после
        потому при про с свой свою со среди у через чтобы что это этот эта эти я мы вы он она они
    """,
    "ar": """
        أن إن إلى أو بعد بين ثم حتى خلال ذلك عن على عند في قبل قد كان كانت كل لا لم لن ما مع من منذ نحو هذا هذه
        هو هي و
    """,
    "zh": """
        不 从 從 但 但是 对 對 对于 對於 当 當 给 給 跟 关于 關於 和 很 或 或者 及 将 將 就 可 可以 每 们 那
        那个 如果 是 虽然 雖然 他 她 它 为 為 为了 為了 我 我们 我們 向 也 一 一个 一個 因为 因為 由 由于 由於
        有 与 與 在 这 這 这个 這個 最 把 被 比 都 还 還 而 而且 您 你 请 請
    """,
    "ja": "この その あの どの ある いわゆる お ご また そして しかし または および 第",
    "th": """
        การ ความ ของ ใน ที่ จะ ไม่ และ หรือ แต่ ทุก โดย เพื่อ จาก กับ ให้ ได้ เป็น คือ มี ว่า ซึ่ง เรื่อง เมื่อ
        ถ้า ต่อ ตาม ถึง เขา เรา คุณ ผม ฉัน แล้ว ผู้ ชาว นัก ยัง กำลัง เคย ต้อง ควร อยาก
    """,
    "ko": "그 이 저 그리고 하지만 또는 그러나 매우 아주 더 가장 안 못",
}
_BY_LANGUAGE: Final[Mapping[str, frozenset[str]]] = {tag: frozenset(words.split()) for tag, words in _LISTS.items()}
_OTHER_SCRIPTS: Final = frozenset[str]().union(*(_BY_LANGUAGE[tag] for tag in ("ar", "ja", "ko", "ru", "th", "zh")))
"""Of scripts of their own: these words can't be taken for others, and many sessions have no language set."""
_EVERYWHERE: Final = _BY_LANGUAGE["en"] | _OTHER_SCRIPTS
_TOGETHER: Final[Mapping[str, frozenset[str]]] = {tag: words | _OTHER_SCRIPTS for tag, words in _BY_LANGUAGE.items()}


def function_words(language: str) -> frozenset[str]:
    """The words of a language (a BCP 47 tag), casefolded; English ones for a language without a list."""
    return _TOGETHER.get(language.partition("-")[0].casefold(), _EVERYWHERE)
