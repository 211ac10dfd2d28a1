"""Foreign text reads the same and does nothing."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.reports import escape
from slogate.reports.escape import code, for_markdown, for_output, for_terminal

MARKUP = st.text(st.sampled_from("`*_[]()<>&|~#@!$:%\\-+=.1a \n\t\x1b[m\u202e/w"), max_size=40)
TEXTS = MARKUP | st.text(max_size=40)


def rendered(markdown: str) -> str:
    markdown_it = pytest.importorskip("markdown_it")
    pytest.importorskip("linkify_it")
    renderer = markdown_it.MarkdownIt("gfm-like")
    # NOTE: no CI platform makes links of bare domains, as `a.al` is one.
    renderer.linkify.tlds(["example"])
    page = renderer.render(markdown)
    assert isinstance(page, str)
    return page


def plain(text: str) -> str:
    """What a reader sees: spaces as HTML collapses them."""
    return " ".join(text.replace("\u200b", "").split())


@given(TEXTS)
def test_terminal_text_is_one_printable_line(text: str) -> None:
    assert for_terminal(text).isprintable()
    assert for_terminal(for_terminal(text)) == for_terminal(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Grüße 99.9 %", "plain Grüße 99.9 %"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x9b31mred", "red"),
        ("a\r\nb\tc", "a  b c"),
        ("user\u202egnp.exe\u2066", "usergnp.exe"),
        ("\ud800x\x00", "x"),
        ("::error::x a::b", ": :error::x a::b"),
        ("x ::warning::", "x : :warning::"),
        (":::error::x", ": : :error::x"),
        ("##[group]", "# #[group]"),
        ("##vso[task]", "# #vso[task]"),
        ("# heading ## [x]", "# heading ## [x]"),
    ],
)
def test_for_terminal(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("79.0 % of 30d (75 %: more)", "79.0 % of 30d (75 %: more)"),
        ("2026-11-20 12:07", "2026-11-20 12:07"),
        ("a|b", "a\\|b"),
        ("@ann", "@&#8203;ann"),
        ("a@b.example", "a@&#8203;b.example"),
        ("x#12 !3 ~bug", "x\\#&#8203;12 \\!&#8203;3 \\~&#8203;bug"),
        ("GH-1 %5 &7", "GH-&#8203;1 %&#8203;5 &amp;&#8203;7"),
        ("https://x.example www.x.example", "https\\://x.example www\\.x.example"),
        (":tada:", "<span>:</span>tada:"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("1. one", "1\\. one"),
        ("- one", "\\- one"),
        ("---", "\\---"),
        ("<!-- x --> &amp;", "&lt;\\!-- x --&gt; &amp;amp;"),
        ("", ""),
    ],
)
def test_for_markdown(text: str, markdown: str) -> None:
    assert for_markdown(text) == markdown


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_markdown_shows_the_same_text(text: str) -> None:
    item = rendered(f"- {for_markdown(text)}\n")
    inner = re.fullmatch(r"<ul>\n<li>(.*)</li>\n</ul>\n", item, re.DOTALL)
    assert inner is not None
    assert set(re.findall(r"</?\w+", inner[1])) <= {"<span", "</span"}
    seen = html.unescape(re.sub(r"</?span>", "", inner[1]))
    assert plain(seen) == plain(escape._clean(text))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_markdown_stays_in_its_cell(text: str) -> None:
    table = rendered(f"| a | b |\n| --- | --- |\n| {for_markdown(text)} | {code(text)} |\n")
    row = table.split("<tbody>")[1]
    assert row.count("<td>") == 2
    assert plain(escape._clean(text)) in plain(html.unescape(re.sub(r"</?\w+>", "", row)))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_code_shows_the_same_text(text: str) -> None:
    shown = re.fullmatch(r"<p>x<code>(.*)</code>y</p>\n", rendered(f"x{code(text)}y\n"), re.DOTALL)
    assert shown is not None
    seen = html.unescape(re.sub(r"</?span>", "", shown[1]))
    assert plain(seen) == plain(escape._clean(text))


@given(TEXTS)
def test_an_output_is_one_line_without_active_characters(text: str) -> None:
    value = for_output(text)
    assert value.isprintable()
    assert value == value.strip()
    assert not set(value) & set("\"'`$\\;&|<>{}#!*?[]^~\u2018\u2019\u201c\u201d")
    assert not re.search(r"^::|%[0-9A-Fa-f]{2}|^[(@]", value)
    assert for_output(value) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("99.9 % of 30d (75 %: more), a/b + c = -1", "99.9 % of 30d (75 %: more), a/b + c = -1"),
        ("-0.7132", "-0.7132"),
        ("-n x", "\uff0dn x"),
        ("--risk", "\uff0d-risk"),
        ("(a) @b", "\uff08a) @b"),
        ("@file", "\uff20file"),
        ('it\'s "a" `b`', "it\u02bcs \u02eea\u02ee \u02cbb\u02cb"),
        ("\u201ca\u2019s\u201d", "\u02eea\u02bcs\u02ee"),
        ("$HOME; a|b", "\uff04HOME\uff1b a\uff5cb"),
        ("a%0Ab 50 %a", "a\uff050Ab 50 %a"),
        (" a\nb\r\n", "a b"),
        ("::error::x", ": :error::x"),
        ("", ""),
    ],
)
def test_for_output(text: str, value: str) -> None:
    assert for_output(text) == value


NASTY = (
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    '"; touch canary; "',
    "a\ntouch canary\n",
    "a\r\ntouch canary",
    "a | touch canary",
    "a && touch canary &",
    "a > canary",
    "a >(touch canary) <(touch canary)",
    "() (touch canary)",
    "a () (touch canary)",
    "a) touch canary (b",
    "(touch canary)",
    "${IFS}$HOME ~ ~root *",
    "{a,b} [a-z]* ? !! !touch",
    "a # b",
    "\\",
    "a\\",
    "-n -e",
    "%0Atouch canary",
    "\x1b[31mred",
    "it's 79.0 % of \"30d\" (75 %: more); it's <0.01x",
)
SHELLS = ("sh", "bash")


def run(shell: str, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [shell, "-c", script], cwd=folder, capture_output=True, check=False, encoding="utf-8"
    )
    assert list(folder.iterdir()) == []
    return done


def assert_inert(value: str, shell: str, folder: Path) -> None:
    for script in (f'printf %s "{value}"', f"printf %s '{value}'"):
        assert run(shell, script, folder).stdout == value
        assert run(shell, f'printf %s "`{script}`"', folder).stdout == value
    bare = run(shell, f"echo {value}\necho end", folder)
    if "(" in value or ")" in value:
        assert bare.returncode != 0
        assert bare.stdout == ""
    else:
        assert bare.stdout == f"{' '.join(value.split())}\nend\n"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", NASTY)
def test_a_shell_runs_nothing_of_an_output(text: str, shell: str, tmp_path: Path) -> None:
    assert_inert(for_output(text), shell, tmp_path)


WORDS = st.sampled_from(["touch canary", *NASTY, *"'\"`$\\;&|<>(){}#!=%:-+ \n\t"])


@settings(max_examples=40, deadline=None)
@given(text=st.lists(WORDS, max_size=8).map("".join) | st.text(max_size=40))
def test_no_shell_runs_anything_of_any_output(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_inert(for_output(text), "sh", tmp_path_factory.mktemp("empty"))
