"""What comes with a page for its first frame (services.api.pages.inlining)."""

from pathlib import Path

import pytest

from services.api.pages.inlining import SCRIPTS, SHEET, inlined
from services.api.pages.static_files import read_static_files


def made(folder: Path, **others: str) -> Path:
    for name in (SHEET, *SCRIPTS):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(others.get(Path(name).stem, "/* nothing */"))
    (folder / "a.woff2").write_bytes(b"a font")
    return folder


def test_a_sheet_comes_without_comments_and_finds_its_files(tmp_path: Path) -> None:
    files = read_static_files(
        made(tmp_path, style='/* A font. */\n@font-face { src: url("a.woff2"); } /* it */\n.a {}\n')
    )
    sheet = inlined(files).elements[SHEET]
    assert sheet.split(">", 1)[1] == f'\n@font-face {{ src: url("{files.url("a.woff2")}"); }}\n.a {{}}\n</style>'


@pytest.mark.parametrize("ends", ["</script>", "</Style", "<!--"])
def test_what_would_end_its_element_is_refused(tmp_path: Path, ends: str) -> None:
    with pytest.raises(ValueError, match="look"):
        inlined(read_static_files(made(tmp_path, look=f"const x = '{ends}';")))
