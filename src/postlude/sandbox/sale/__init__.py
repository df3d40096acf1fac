"""A whole conference's sale: the real exports made presentable, or one of the same shape made up.

The rest of the sandbox and its users need these names:
"""

from postlude.sandbox.sale.expected import briefly_paid_pairs, expected_pairs
from postlude.sandbox.sale.generate import generate_sale
from postlude.sandbox.sale.load import fixture_sale, load_sale
from postlude.sandbox.sale.rows import EventSale, Row, Sale, write_csv, write_sale

__all__ = [
    "EventSale",
    "Row",
    "Sale",
    "briefly_paid_pairs",
    "expected_pairs",
    "fixture_sale",
    "generate_sale",
    "load_sale",
    "write_csv",
    "write_sale",
]
