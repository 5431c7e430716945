from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from expdocs.site.build import build
from expdocs.site.composer import PagePlan
from expdocs.site.plan import SitePlan, plan_site
from expdocs.workspace import Workspace


def load_sample() -> ModuleType:
    place = Path(__file__).with_name("sample_repository.py")
    spec = importlib.util.spec_from_file_location("sample_repository", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Site:
    """A sample repository, what is planned for it, and the built site."""

    root: Path
    code: str
    plan: SitePlan
    folder: Path
    sample: ModuleType

    def page(self, url: str) -> PagePlan:
        return next(page for page in self.plan.pages if page.url == url)

    def html(self, url: str) -> str:
        return (self.folder / url).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return load_sample()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Site:
    root = tmp_path_factory.mktemp("site") / "repo"
    code = sample.sample(root)
    workspace = Workspace.open(root)
    with workspace.context() as context:
        plan = plan_site(workspace, context, name="Churn journal")
    build(workspace, root / "site")
    return Site(root, code, plan, root / "site", sample)
