"""WebShop: find the product that a shopper describes, choose its options, and buy it."""
