"""What a data product says of itself: `PRODUCT = Product(...)` in `ingestion/<name>/product.py`.

It is plain data and the one registration of a product. What lies above the landing (demo, page,
card) is named in it as text, `module:object`, and loaded by the room that uses it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ingestion.landing.source import ProductSource


@dataclass(frozen=True)
class Slice:
    """One thing a run may be restricted to, as `make run CONTROLS=a,b` is."""

    name: str  # make's word in lower case
    help: str
    # values: several, separated by commas; first_day, last_day: a date such as 2025-01-31
    kind: Literal["values", "first_day", "last_day"] = "values"
    # queries whose first column lists what there is (for days: the first and the last one), over
    # the raw tables or, as `built.<product>.<table>`, over what was built last
    known: tuple[str, ...] = ()
    variable: str = ""  # of dbt
    names: tuple[str, ...] = ()  # the same for what may be typed in place of an id

    def __post_init__(self) -> None:
        object.__setattr__(self, "variable", self.variable or self.name)


@dataclass(frozen=True)
class Setting:
    """One setting of a product's own, as `.env` may say it."""

    name: str
    help: str
    example: str = ""


@dataclass(frozen=True)
class Product:
    """One data product: all that shared code has to know of it."""

    name: str
    entry: str  # key its declarations start with
    entries: str  # key of a list of them
    main_table: str  # raw table that gets the rows of a delivered file
    demo: str  # module that writes synthetic data to lake/demo/<name>, its README.md last
    further_entries: tuple[tuple[str, str], ...] = ()  # (key, key of a list) of what else it reads
    title: str = ""  # of its page and card
    icon: str = ":material/table:"
    order: int = 100  # place in the menu and on the overview; equal ones go by name
    landing: str = ""  # the ProductSource; default: ingestion.<name>.landing:SOURCE
    schema: str = ""  # shapes of raw tables by name; default: ingestion.<name>.schema:TABLES
    slices: tuple[Slice, ...] = ()
    # columns of the raw table `files` for the time of a file's first and last record; a product
    # whose files have none does without
    record_times: tuple[str, str] = ("first_record_at", "last_record_at")
    rejects: str = "rejects"  # raw table of what was refused, which every release shows
    # its rows have tiers: what readers of a lower tier get is its tables whose rows say their tier,
    # and those named here, in which nothing stands of any row
    is_tiered: bool = False
    tierless_tables: tuple[str, ...] = ()
    deliveries: str = ""  # released table that says which loads are held back, `status` = held
    page: str = ""  # module:function; default: dashboards.<name>.page:show
    # (address, parameters of its page) by which front ends look for it
    addresses: tuple[tuple[str, str], ...] = ()
    card: str = ""  # module:function; default: dashboards.<name>.card:show
    api: str = ""  # module:router of its own endpoints; default: none
    agent_tools: str = ""  # module:function of what agents may ask of it; default: none
    quality: tuple[tuple[str, str], ...] = ()  # (title, module:function) of the quality page
    # what waits for a person: (thing in the singular, SELECT of how many, parameters of its page)
    waiting: tuple[tuple[str, str, str], ...] = ()
    daily: str = ""  # SELECT of one text in Markdown: what it has to say in the daily report
    first_query: str = ""  # what the SQL page begins with, where it is the first to have one
    settings: tuple[Setting, ...] = ()
    # raw tables that its own build adds to: they say nothing of what was delivered
    written_by_build: tuple[str, ...] = ()
    waits: bool = False  # its landing waits for hosts or servers: it goes on beside the others
    begins_runs: bool = False  # its landing makes a run that the build then goes on with
    # names of the numbered phases of a run, in order, for a product whose runs are kept by phase
    phases: tuple[str, ...] = ()
    # module:function of what `export-run` writes of them, and of what `run-compare` says of two
    phase_export: str = ""
    phase_compare: str = ""
    # module:function that gives the columns of a run's row which settings of a variant change
    phase_variant: str = ""
    # module:function of the rows that a landing would add to raw tables now ({table: pa.Table}):
    # an estimate counts them, and a run may be restricted to them, before they land
    landing_ahead: str = ""
    # module:function that is given {word: value} of what a run is restricted to, and raises
    # SettingsError where it must not be so
    may_run: str = ""
    # modules its models import where they first need them, and that take long: a build that waits
    # for a landing imports them meanwhile
    slow_imports: tuple[str, ...] = ()
    # module:function that gives an estimate rows in place of those which wait for answers
    estimate_stand_ins: str = ""

    def __post_init__(self) -> None:
        defaults = {
            "title": self.name.capitalize(),
            "landing": f"ingestion.{self.name}.landing:SOURCE",
            "schema": f"ingestion.{self.name}.schema:TABLES",
            "page": f"dashboards.{self.name}.page:show",
            "card": f"dashboards.{self.name}.card:show",
        }
        for name, value in defaults.items():
            object.__setattr__(self, name, getattr(self, name) or value)

    @property
    def namespace(self) -> str:
        """Namespace of the raw tables in the catalog."""
        return f"raw_{self.name}"

    @property
    def phase_namespace(self) -> str:
        """Namespace of what the phases of its runs left, in the catalog."""
        return f"{self.name}_phases"

    @property
    def tables(self) -> dict[str, Any]:
        """Shapes (`pyarrow.Schema`) of the raw tables by name."""
        found: dict[str, Any] = loaded(self.schema)
        return found

    @property
    def source(self) -> ProductSource:
        """What the landing needs to know of the product."""
        found: ProductSource = loaded(self.landing)
        return found


def loaded(address: str) -> Any:
    """Return what `module:object` names; the object may be an attribute of one, `a.b`."""
    module, _, name = address.partition(":")
    return attrgetter(name)(importlib.import_module(module))
