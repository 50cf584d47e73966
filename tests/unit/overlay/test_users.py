"""System users of modules, and who declares them."""

from pathlib import Path

from tests.support import documents
from tests.support.program import write

from voidgen import project
from voidgen.overlay.asker import module
from voidgen.overlay.resolution import Account
from voidgen.plan import render
from voidgen.schema import typed_json


def test_a_user_names_its_module_as_other_entries_do(tmp_path: Path) -> None:
    config = '[image]\nname = "x"\n[overlay]\nmodules = ["mine"]\n'
    spec = 'summary = "mine"\n[users.web]\nuid = 950\nhome = "/srv"\n'
    write(tmp_path, {"voidgen.toml": config, "overlay-src/mine/module.toml": spec})
    found = project.load(tmp_path)
    (user,) = found.plan.resolution.users
    assert (user.name, user.by, user.uid) == ("web", module("mine"), 950)
    plain = typed_json.plain(render.document(found.plan, found.overlay))
    assert [one["by"] for one in plain["users"]] == [{"kind": "module", "name": "mine"}]
    read = documents.plan(users=plain["users"])
    assert read.users == (user,)
    assert isinstance(read.users[0], Account)
