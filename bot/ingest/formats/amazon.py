"""Amazon's All Orders report (.txt, TAB-separated): a row per item.

What was paid is item-price + shipping + gift wrap, less promotions. Taxes are only added up: in the
US they are not the seller's, elsewhere the price contains them. The price stays empty while an order
is pending, and where it was cancelled. There is no buyer.
"""

from __future__ import annotations

from bot.ingest.formats.declare import Format

FORMATS = (
    Format(
        "amazon",
        {
            "order_no": ("amazon-order-id",),
            "created": ("purchase-date",),
            "status": ("order-status",),
            "title": ("product-name",),
            "code": ("sku",),
            "quantity": ("quantity",),
            "currency": ("currency",),
            "goods": ("item-price",),
            "tax": ("item-tax",),
            "postage": ("shipping-price",),
            "wrap": ("gift-wrap-price",),
            "promotion": ("item-promotion-discount",),
            "postage_promotion": ("ship-promotion-discount",),
            "region": ("ship-state",),
        },
        required=frozenset({"order_no", "created", "status", "goods", "quantity"}),
        level="line",
        paid_when="status",
        unpaid=frozenset({"pending", "cancelled", "canceled", "unfulfillable"}),
        statuses={
            "pending": "created",
            "pendingavailability": "created",
            "cancelled": "closed",
            "canceled": "closed",
            "unfulfillable": "closed",
            "unshipped": "paid",
            "partiallyshipped": "paid",
            "invoiceunconfirmed": "paid",
            "shipping": "shipped",
            "shipped": "shipped",
            "shipped - delivered to buyer": "done",
            "shipped - returned to seller": "shipped",
            "complete": "done",
        },
    ),
)
