"""The price that decides, where the shop shows a range."""

from __future__ import annotations

import hashlib

from lamer_envs.webshop.records import Product


def hidden_price(product: Product, seed: int) -> float:
    """What the product costs at the till, in dollars.

    The one price, or for a range a uniform draw between its ends. A pure function of the ends,
    `product.asin` and `seed`, so that all episodes of a trial, and all processes, agree; the
    original draws anew in every process.

    Args:
        product: has one price, or the two ends of a range.
        seed: of the catalogue.
    """
    low, high = product.prices[0], product.prices[-1]
    digest = hashlib.blake2b(f"price {seed} {product.asin}".encode(), digest_size=8).digest()
    # 53 bits: the quotient is exact, and below one.
    share = (int.from_bytes(digest, "big") >> 11) / (1 << 53)
    return low + (high - low) * share
