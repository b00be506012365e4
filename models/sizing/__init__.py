"""From a workload and what a visit costs to what must be bought, with intervals and reasons.

``Assumed.of(workload, demands, *, draws, seed, prices)`` draws what is unsure, ``purchase(assumed, *, levels)`` gives
the rows, the chance that each level's are enough and the systems as data, ``size`` the rows alone, and
``demands_of(model)`` the demands of a fitted model. The pieces with a life of their own:

- ``bandwidth.billed_percentile(samples, percentile)``, ``bandwidth.discarded_samples(count, percentile)``
- ``bandwidth.site_bits_per_s(*, meetings, receivers, screen_down, screen_up, audio) -> (down, up)``
- ``storage.reed_solomon_copies(data_shards, parity_shards)``, ``storage.ladder_factor(rungs_bits_per_s,
  source_bits_per_s, *, keep_source)``, ``storage.grown(amount, growth_per_year, years)``,
  ``storage.raw(kept, copies, fill_limit)``
- ``waiting.wait_probability(offered_erlangs, servers)``: Erlang's C for arrays of cases
- ``distributions.lognormal_for_interval(low, likely, high, *, confidence)``, ``distributions.beta_for_interval(low,
  mean, high, *, minimum, maximum, confidence)``: both have ``at(probability)`` and ``coverage(low, high)``
- ``layers.shares_of(values, redrawn, *, unknown)``: each layer of uncertainty's share in a figure's variance
- ``draws.drawn({name: distribution}, *, draws, seed)``: scrambled Sobol draws by name
"""

from firstbell.models.sizing.case import DRAWS, Assumed
from firstbell.models.sizing.demands import BaseResponse, Demands, demands_of
from firstbell.models.sizing.purchase import Purchase, SizedSystem, purchase, size

__all__ = [
    "DRAWS",
    "Assumed",
    "BaseResponse",
    "Demands",
    "Purchase",
    "SizedSystem",
    "demands_of",
    "purchase",
    "size",
]
