"""Which packages fit the words of a search."""

from voidgen.search.rank import Hit, best

HITS = (
    Hit("less", "1", "Pager"),
    Hit("nm-tray", "1", "Lists vim's networks"),
    Hit("gvim", "1", "Editor"),
    Hit("vim-x11", "1", "Editor"),
    Hit("vim", "1", "Editor"),
    Hit("vimpager", "1", "Pager that uses an Editor"),
    Hit("vimPlugins.vim", "1", "Plugin"),
)


def names(*words: str) -> list[str]:
    return [one.name for one in best(HITS, words)]


def test_names_come_before_beginnings_parts_and_descriptions() -> None:
    assert names("vim") == ["vim", "vimPlugins.vim", "vim-x11", "vimpager", "gvim", "nm-tray"]


def test_case_does_not_count() -> None:
    assert names("VIM") == names("vim")
    assert names("EDITOR") == names("editor") == ["vim", "gvim", "vim-x11", "vimpager"]


def test_each_word_must_be_there() -> None:
    assert names("editor", "pager") == ["vimpager"]
    assert names("vim", "x11") == ["vim-x11"]
    assert names("nothing") == names("vim", "nothing") == []
