import pytest

from lochan.stack.errors import StackError
from lochan.stack.templates import Template, copy_tree, template_folder


def write_page(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "page").write_text("content")


def test_a_template_is_made_once(tmp_path):
    made = []

    def make(folder):
        made.append(folder)
        write_page(folder)

    template = Template(tmp_path / "templates" / "page-1", make)
    template.prepare()
    template.prepare()
    assert len(made) == 1
    assert (template.folder / "deep" / "page").read_text() == "content"


def test_a_template_that_fails_leaves_nothing(tmp_path):
    def fail(folder):
        write_page(folder)
        raise StackError("the disk is full")

    template = Template(tmp_path / "page-1", fail)
    with pytest.raises(StackError):
        template.prepare()
    assert list(tmp_path.iterdir()) == []


def test_whoever_comes_second_keeps_the_first_template(tmp_path):
    def lose(folder):
        write_page(folder)
        copy_tree(folder, tmp_path / "page-1")  # another process was faster
        (folder / "deep" / "page").write_text("too late")

    template = Template(tmp_path / "page-1", lose)
    template.prepare()
    assert (tmp_path / "page-1" / "deep" / "page").read_text() == "content"
    assert [path.name for path in tmp_path.iterdir()] == ["page-1"]


def test_a_copy_keeps_modes_and_shares_no_content(tmp_path):
    template = Template(tmp_path / "page-1", write_page)
    template.prepare()
    (template.folder / "deep" / "page").chmod(0o600)
    template.copy_to(tmp_path / "copy")
    copied = tmp_path / "copy" / "deep" / "page"
    assert copied.stat().st_mode & 0o777 == 0o600
    copied.write_text("changed")
    assert (template.folder / "deep" / "page").read_text() == "content"


def test_a_destination_that_is_there_is_kept(tmp_path):
    (tmp_path / "copy").mkdir()
    Template(tmp_path / "page-1", write_page).copy_to(tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


def test_an_interrupted_copy_is_begun_anew(tmp_path):
    (tmp_path / "copy.partial").mkdir()
    (tmp_path / "copy.partial" / "half").write_text("")
    Template(tmp_path / "page-1", write_page).copy_to(tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["deep"]


def test_another_pin_is_another_template(tmp_path):
    first = template_folder(tmp_path, "prefect", "prefect==3.8.8")
    assert first == template_folder(tmp_path, "prefect", "prefect==3.8.8")
    assert first != template_folder(tmp_path, "prefect", "prefect==3.8.9")
