"""The files of an app, from wherever they come: what is read, what is left out, what is refused."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.provisioning.source import files
from app.provisioning.source.files import LeftOut, SourceError, SourceTree, checked_path

SCHEMA = "model User {\n  id Int @id\n}\n"


def archive(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A zip archive of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    made.seek(0)
    return made


def test_a_directory_is_read_but_for_what_tools_put_there(tmp_path: Path) -> None:
    for path in ("prisma/schema.prisma", "src/a.ts", "node_modules/x/index.ts", ".git/b.ts", "dist/c.js", "logo.png"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SCHEMA)

    tree = SourceTree.of_directory(tmp_path)

    assert list(tree.files) == ["prisma/schema.prisma", "src/a.ts"]
    assert list(tree.paths(".prisma")) == ["prisma/schema.prisma"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_text("const password = 1")
    app = tmp_path / "app"
    app.mkdir()
    (app / "linked.ts").symlink_to(secret)
    (app / "around").symlink_to(tmp_path, target_is_directory=True)

    tree = SourceTree.of_directory(app)

    assert tree.files == {}
    assert [each.path for each in tree.left_out] == ["linked.ts"]


def test_a_pipe_does_not_hold_the_reader_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.ts")

    assert SourceTree.of_directory(tmp_path).left_out == (LeftOut("endless.ts", "a symbolic link or no regular file"),)


def test_no_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        SourceTree.of_directory(tmp_path / "missing")


@pytest.mark.parametrize(
    "path",
    [
        "../a.ts",
        "a/../../b.ts",
        "/etc/a.ts",
        "C:/a.ts",
        "c:a.ts",
        "\\\\host\\a.ts",
        "a\\..\\..\\b.ts",
        "a\0.ts",
        "",
        "a\n.ts",
        ".",
        "\u202ea.ts",
        "a" * 1_001 + ".ts",
    ],
)
def test_a_path_that_leads_out_of_the_app_is_refused(path: str) -> None:
    with pytest.raises(SourceError):
        SourceTree.of_mapping({path: SCHEMA})
    with pytest.raises(SourceError):
        checked_path(path)


@given(st.text("a.~/\\: \n\0\u202e", max_size=20))
def test_a_path_that_is_taken_stays_within_the_app(path: str) -> None:
    try:
        checked = checked_path(path)
    except SourceError:
        return
    assert os.path.normpath(os.path.join("/app", checked)).startswith("/app/")
    assert checked_path(checked) == checked


def test_what_cannot_be_read_is_told() -> None:
    tree = SourceTree.of_archive(
        archive(
            {
                "my-app/binary.ts": b"\0\1\2",
                "my-app/latin.ts": "é".encode("latin-1"),
                "my-app/good.ts": b"\xef\xbb\xbfconst a = 1\r\n",
                "my-app/image.png": b"png",
                "my-app/large.js": b"x" * (files.MOST_BYTES_OF_A_FILE + 1),
            }
        )
    )

    assert tree.files == {"good.ts": "const a = 1\n"}
    assert {each.path: each.reason for each in tree.left_out} == {
        "my-app/binary.ts": "binary",
        "my-app/latin.ts": "not UTF-8 text",
        "my-app/image.png": "no source",
        "my-app/large.js": "larger than 2 MiB",
    }


@pytest.mark.parametrize("around", ["shop-main/", ""])
def test_the_directory_around_an_app_is_taken_off_and_no_other(around: str) -> None:
    tree = SourceTree.of_archive(archive({f"{around}prisma/schema.prisma": SCHEMA.encode()}))

    assert list(tree.files) == ["prisma/schema.prisma"]


def test_a_text_that_is_no_unicode_is_left_out() -> None:
    assert SourceTree.of_mapping({"a.ts": "\ud800"}).left_out == (LeftOut("a.ts", "not UTF-8 text"),)


def test_an_archive_that_unpacks_to_more_than_an_app_is_refused() -> None:
    bomb = archive({f"{number}.ts": b" " * files.MOST_BYTES_OF_A_FILE for number in range(30)})
    assert len(bomb.getvalue()) < 100_000

    with pytest.raises(SourceError, match="larger than 50 MiB"):
        SourceTree.of_archive(bomb)


def test_what_is_not_read_is_not_unpacked() -> None:
    bomb = archive({"bomb.bin": b" " * (files.MOST_BYTES + 1), "a.ts": b"const a = 1"})

    assert SourceTree.of_archive(bomb).files == {"a.ts": "const a = 1"}


def test_too_many_files_are_refused() -> None:
    with pytest.raises(SourceError, match="more than 10,000 files"):
        SourceTree.of_mapping({f"{number}.ts": "" for number in range(files.MOST_FILES + 1)})


def test_a_link_in_an_archive_is_no_file() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        link = zipfile.ZipInfo("src/link.ts")
        link.external_attr = 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    made.seek(0)

    assert SourceTree.of_archive(made).left_out == (LeftOut("src/link.ts", "a symbolic link or no regular file"),)


def test_a_path_out_of_an_archive_is_refused() -> None:
    with pytest.raises(SourceError):
        SourceTree.of_archive(archive({"../../outside.ts": b""}))


def test_the_same_path_twice_is_refused() -> None:
    with pytest.raises(SourceError, match="there twice"):
        SourceTree.of_mapping({"a/b.ts": "", "a//b.ts": ""})


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\0" * 50])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError):
        SourceTree.of_archive(io.BytesIO(content))


def test_a_damaged_archive_is_refused() -> None:
    content = bytearray(archive({"a.ts": os.urandom(2_000)}).getvalue())
    content[60:900] = b"\xff" * 840

    with pytest.raises(SourceError):
        SourceTree.of_archive(io.BytesIO(bytes(content)))


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(archive({"a.ts": b"const a = 1"}).getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(SourceError):
        SourceTree.of_archive(io.BytesIO(bytes(content)))
