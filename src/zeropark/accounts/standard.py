"""All accounts of a park: its cost by term, the standard accounts, those of its packs, its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zeropark.accounts.declared import Declaring, standard_accounts, standard_specs
from zeropark.accounts.money import cost_accounts
from zeropark.accounts.terms import TERM_TITLES
from zeropark.errors import Fault, InputError
from zeropark.forms import Account, Form, total
from zeropark.park.model import Park


@dataclass(frozen=True)
class Accounts:
    """Every account of a park.

    cost: what a plan minimises, money over the period. cost_terms: by term. standard, own: by name.
    packs: by pack, then by name. years: length of the period, for yearly amounts.
    """

    cost: Form
    cost_terms: Mapping[str, Account]
    standard: Mapping[str, Account]
    packs: Mapping[str, Mapping[str, Account]]
    own: Mapping[str, Account]
    currency: str
    years: float

    @property
    def all(self) -> dict[str, Account]:
        """All but the cost, by name; those of a pack as ``pack/account``."""
        named = {f"{pack}/{name}": a for pack, those in self.packs.items() for name, a in those.items()}
        return {**self.standard, **named, **self.own}

    @property
    def lookup(self) -> dict[str, Account]:
        """All that a rule may name: ``all``, ``cost`` and ``cost_TERM``."""
        total_cost = Account("cost", self.currency, self.cost, "Total cost", "总成本")
        return {**self.all, "cost": total_cost, **{a.name: a for a in self.cost_terms.values()}}


def accounts_of(park: Park) -> Accounts:
    """Every account of the park as a linear form, units converted and checked.

    Raises InputError with every account that does not fit. Capacity charges on the basis ``cheaper``
    must be settled before (``bases.with_bases``).
    """
    standard = standard_accounts(park)
    faults: list[Fault] = []
    packs = {}
    for pack_name, pack in park.packs.items():
        declaring = Declaring(park, pack.accounts, standard, f"{pack_name}.yaml")
        faults += _taken(pack.accounts, standard, f"{pack_name}.yaml")
        packs[pack_name] = declaring.all()
        faults += declaring.faults
    declaring = Declaring(park, park.spec.accounts, standard, "park.yaml")
    faults += _taken(park.spec.accounts, standard, "park.yaml")
    own = declaring.all()
    faults += declaring.faults
    if faults:
        raise InputError(faults)
    terms = cost_accounts(park, standard)
    cost = total(account.form for account in terms.values())
    return Accounts(cost, terms, standard, packs, own, park.spec.money.currency, park.clock.years)


def _taken(names: Iterable[str], standard: Mapping[str, Account], file: str) -> list[Fault]:
    """Names that mean something already: a report must never show two things under one name."""
    taken = {*standard, "cost", *(f"cost_{term}" for term in TERM_TITLES)}
    return [
        Fault(file, None, f"accounts.{name}", "a name that zeropark uses", "another name")
        for name in names
        if name in taken or "/" in name
    ]


def standard_names() -> tuple[str, ...]:
    """Names of the standard accounts, in the order of ``data/accounts.yaml``."""
    return tuple(standard_specs())
