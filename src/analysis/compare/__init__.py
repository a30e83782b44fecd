"""Measures that compare cities: shares of codes, density of figures, wording, similarity, dispersion, sensitivity.

Tables in, tables out. No function changes what it is given, draws a random number without a seed, or warns on an empty
table. Where a measure is not defined (a share of nothing, an interval from one passage) the cell is missing, never 0.
Rows keep the order of the documents, codes or terms that were given.

| module | holds |
| --- | --- |
| `intervals` | bootstrap over passages, intervals of shares, rates and differences |
| `shares` | shares of codes, their change between two texts, the codes that all texts share |
| `quantities` | figures per 1,000 characters, planned and dated figures, figures by theme |
| `words` | keyness of terms and codes, the terms that all texts share |
| `similarity` | Jensen–Shannon distances between profiles |
| `dispersion` | Gries' DP and Juilland's D |
| `concordance` | keyword in context |
| `sensitivity` | shares under other choices |
| `matrix` | one value of each indicator for each city, with what cannot be compared |
| `reading` | years, headline figures and sections of a text |
"""

from .concordance import kwic
from .dispersion import gries_dp, juilland_d, term_dispersion
from .groups import Documents
from .intervals import LEVEL, REPLICATES, SEED, bootstrap, difference_interval, ratio_interval, replicates
from .quantities import figure_profile, theme_figures
from .reading import headlines, section_profile, timeline
from .sensitivity import frequent_terms, kendall_tau, sensitivity_summary, sensitivity_table, without_terms
from .shares import code_shares, main_codes, share_change, shared_codes, theme_shares
from .similarity import distance_matrix, jensen_shannon, profile_distances
from .words import code_keyness, g2, keyness, log_odds, log_ratio, shared_terms

__all__ = [
    "LEVEL",
    "REPLICATES",
    "SEED",
    "Documents",
    "bootstrap",
    "code_keyness",
    "code_shares",
    "difference_interval",
    "distance_matrix",
    "figure_profile",
    "frequent_terms",
    "g2",
    "gries_dp",
    "headlines",
    "jensen_shannon",
    "juilland_d",
    "kendall_tau",
    "keyness",
    "kwic",
    "log_odds",
    "log_ratio",
    "main_codes",
    "profile_distances",
    "ratio_interval",
    "replicates",
    "section_profile",
    "sensitivity_summary",
    "sensitivity_table",
    "share_change",
    "shared_codes",
    "shared_terms",
    "term_dispersion",
    "theme_figures",
    "theme_shares",
    "timeline",
    "without_terms",
    "years",
]
