"""Measures that compare cities: a corpus or its tables in, a tidy DataFrame out.

No function changes what it is given, draws a random number without a seed, or warns on an empty table. Where a measure
is not defined (a share of nothing, an interval from one passage) the cell is missing, never 0. Rows keep the order of
the documents, codes or terms that were given. Columns have one name everywhere: city, code, count, total, share, low,
high (ends of the 95 % interval), clear (whether the interval lies apart).

| module | holds |
| --- | --- |
| `intervals` | bootstrap over passages, intervals of shares, rates and differences |
| `shares` | shares of codes, their change between two texts |
| `differences` | which cities lie apart, what leads in each, what stays so under other choices |
| `evidence` | the sentences behind a share, a figure, a formula |
| `quantities` | figures per 1,000 characters, planned and dated figures, figures by theme |
| `words` | keyness of terms and codes |
| `similarity` | Jensen–Shannon distances between profiles |
| `attention` | how often the words of a researcher's lists stand in each document |
| `cross` | which codes and kinds of things go together, and how closely |
| `dispersion` | Gries' DP and Juilland's D |
| `concordance` | keyword in context |
| `change` | how a city changed between its texts |
| `reliability` | how far coders agree, and the dictionary with them |
| `sensitivity` | shares under other choices |
| `reading` | years, headline figures, sections and words of a text |
| `targets`, `growth` | targets, how they bind, what was reported before and later |
| `outcomes` | targets and claims beside statistics, targets of a city beside its province's |
| `alignment` | what a text takes over from its superior's word for word |
| `matrix` | one value of each indicator for each city |
| `industries` | industries by class, city and role; how far the cities name the same |
| `strategy` | the strategy matrix: named means by dimension and city |
| `promises` | what is promised, how bindingly; who asked about what |
| `gold` | the figure table against gold tables, codes against judged samples |
"""

from .alignment import inheritance, inherited, shared_strings
from .attention import attention, attention_overlaps
from .change import changes
from .concordance import contexts, kwic
from .cross import association, cross_table
from .differences import checked, contrasts, leading, odd_lengths
from .dispersion import gries_dp, juilland_d, spread, term_dispersion
from .evidence import carriers, densest, formula_counts, with_sentences
from .gold import (
    confusion,
    confusion_cells,
    gold_counts,
    judge,
    mistaken,
    mistaken_themes,
    mistakes,
    open_gold,
    period_kinds,
    predict,
    read_gold,
    read_samples,
    scores,
    worst_sentences,
)
from .groups import GROUP, Documents, Texts
from .growth import (
    answered_plans,
    before,
    first_indicators,
    growth_targets,
    left_out,
    like_named,
    moved,
    standing_first,
    tally,
)
from .headlines import headlines
from .industries import industries, industry_overlap
from .intervals import LEVEL, REPLICATES, SEED, bootstrap, difference_interval, ratio_interval, replicates
from .matrix import indicator_matrix, matrix
from .outcomes import beside_outcomes, read_outcomes, superiors, target_gaps
from .promises import commitment_profile, leading_commitments, questions
from .quantities import figure_profile, theme_figures
from .reading import lengths, removed, section_profile, sections, term_counts, timeline
from .reliability import (
    NONE,
    agreed_codes,
    agreement,
    alpha,
    alpha_interval,
    coder_confusion,
    dictionary_scores,
    draw_sentences,
    kappa,
)
from .sensitivity import (
    frequent_terms,
    other_shares,
    sensitivity_summary,
    sensitivity_table,
    sensitivity_tables,
)
from .shares import code_shares, main_codes, share_change
from .similarity import distances, jensen_shannon, profile_distances
from .strategy import beside_others, strategy_matrix
from .targets import annual_targets, standing, target_tally
from .words import code_keyness, distinctive, distinctive_codes, g2, keyness, log_odds, log_ratio

__all__ = [
    "GROUP",
    "LEVEL",
    "NONE",
    "REPLICATES",
    "SEED",
    "Documents",
    "Texts",
    "agreed_codes",
    "agreement",
    "alpha",
    "alpha_interval",
    "annual_targets",
    "answered_plans",
    "association",
    "attention",
    "attention_overlaps",
    "before",
    "beside_others",
    "beside_outcomes",
    "bootstrap",
    "carriers",
    "changes",
    "checked",
    "code_keyness",
    "code_shares",
    "coder_confusion",
    "commitment_profile",
    "confusion",
    "confusion_cells",
    "contexts",
    "contrasts",
    "cross_table",
    "densest",
    "dictionary_scores",
    "difference_interval",
    "distances",
    "distinctive",
    "distinctive_codes",
    "draw_sentences",
    "figure_profile",
    "first_indicators",
    "formula_counts",
    "frequent_terms",
    "g2",
    "gold_counts",
    "gries_dp",
    "growth_targets",
    "headlines",
    "indicator_matrix",
    "industries",
    "industry_overlap",
    "inheritance",
    "inherited",
    "jensen_shannon",
    "judge",
    "juilland_d",
    "kappa",
    "keyness",
    "kwic",
    "leading",
    "leading_commitments",
    "left_out",
    "lengths",
    "like_named",
    "log_odds",
    "log_ratio",
    "main_codes",
    "matrix",
    "mistaken",
    "mistaken_themes",
    "mistakes",
    "moved",
    "odd_lengths",
    "open_gold",
    "other_shares",
    "period_kinds",
    "predict",
    "profile_distances",
    "questions",
    "ratio_interval",
    "read_gold",
    "read_outcomes",
    "read_samples",
    "removed",
    "replicates",
    "scores",
    "section_profile",
    "sections",
    "sensitivity_summary",
    "sensitivity_table",
    "sensitivity_tables",
    "share_change",
    "shared_strings",
    "spread",
    "standing",
    "standing_first",
    "strategy_matrix",
    "superiors",
    "tally",
    "target_gaps",
    "target_tally",
    "term_counts",
    "term_dispersion",
    "theme_figures",
    "timeline",
    "with_sentences",
    "worst_sentences",
]
