"""Shopify's orders_export.csv: totals on an order's first line only, refunds not deducted."""

from __future__ import annotations

from bot.ingest.formats.declare import Format

FORMATS = (
    Format(
        "shopify",
        {
            "order_no": ("Name",),
            "created": ("Created at",),
            "paid_at": ("Paid at",),
            "status": ("Financial Status",),
            "shipped": ("Fulfillment Status",),
            "currency": ("Currency",),
            "total": ("Total",),
            "received": ("Total",),
            "refund": ("Refunded Amount",),
            "owed": ("Outstanding Balance",),
            "code": ("Lineitem sku",),
            "title": ("Lineitem name",),
            "quantity": ("Lineitem quantity",),
            "price": ("Lineitem price",),
            "discount": ("Lineitem discount",),
            "region": (
                "Shipping Province Name", "Shipping Province", "Billing Province Name",
                "Billing Province",
            ),
            "buyer": ("Email",),
        },
        required=frozenset({"order_no", "created", "paid_at", "status", "total", "title"}),
        level="first",
        paid_when="status",
        unpaid=frozenset({"pending", "authorized", "voided", "expired", "unpaid"}),
        statuses={
            "voided": "closed",
            "expired": "closed",
            "refunded": "closed",
            "pending": "created",
            "authorized": "created",
            "unpaid": "created",
            "partially_refunded": "paid",
            "partially_paid": "paid",
            "paid": "paid",
        },
        buyer_is="email",
    ),
)  # fmt: skip
