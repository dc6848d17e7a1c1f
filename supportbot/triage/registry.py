"""The registry: customers, devices, partners, approved hardware. Who is this mail about, which device? Pure.

The one door to the rows (records), their index, the four files, and the two questions asked of them for every mail. The
rows come from the files (`read`) or, in the daemon, from the database (the constructor of `Registry`).
"""

from supportbot.triage.evidence import Evidence, Sighting, identify
from supportbot.triage.index import FREE_MAIL, Registry
from supportbot.triage.records import Customer, Device, Model, NumberRange, Partner, number_range
from supportbot.triage.registry_files import FILES, Difference, differences, read

__all__ = [
    "FILES",
    "FREE_MAIL",
    "Customer",
    "Device",
    "Difference",
    "Evidence",
    "Model",
    "NumberRange",
    "Partner",
    "Registry",
    "Sighting",
    "differences",
    "identify",
    "number_range",
    "read",
]
