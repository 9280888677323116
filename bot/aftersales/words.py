"""The desk's four axes and its kinds, as slugs; names and aliases stand in the locales (`desk`)."""

KINDS = ("issue", "violation", "notice", "todo", "live")

TYPES = (
    "refund_only", "return_refund", "exchange", "resend", "repair", "compensation", "complaint",
    "bad_review",
)  # fmt: skip

# the union of the lists of platforms and open-source shops
REASONS = (
    "damaged", "missing", "wrong_item", "out_of_stock", "quality", "spoiled", "not_as_described",
    "size", "colour", "late", "lost", "counterfeit", "allergy", "change_of_mind",
    "price_protection", "attitude", "invoice", "other",
)  # fmt: skip

RESPONSIBLE = (
    "warehouse", "courier", "supplier", "service", "page", "leader", "driver", "buyer", "platform",
)  # fmt: skip

WAITS = ("buyer", "platform", "supplier", "courier")

# each with a cost, which may be 0
RESOLUTIONS = (
    "refunded", "partly_refunded", "returned", "exchanged", "resent", "repaired", "compensated",
    "postage", "explained", "refused", "arbitrated",
)  # fmt: skip
