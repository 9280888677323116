"""Shopee: the CPC ads report of a shop.

Seven lines stand above its header, the period among them; the first row is the total of all
automatic ads. It has no days: a report of one day is that day's, of more days nobody's.
"""

from __future__ import annotations

from bot.ingest.formats.declare import Format

FORMATS = (
    Format(
        "shopee",
        {
            "campaign": ("Nama Produk", "Nama Iklan", "Product Name / Ad Name", "Ad Name", "廣告名稱"),
            "spend": ("Biaya", "Expense", "Ads Expenditure", "花費", "廣告花費"),
            "impressions": ("Dilihat", "Iklan Dilihat", "Impression", "Impressions", "瀏覽數"),
            "clicks": ("Jumlah Klik", "Clicks", "點擊數"),
            "orders": ("Konversi", "Conversions", "轉換"),
            "revenue": ("Omzet Penjualan", "GMV", "銷售金額"),
        },
        required=frozenset({"campaign", "spend", "impressions", "clicks", "revenue"}),
        kind="ads",
        channel="Shopee Ads",
        total_first=True,
        dots_group=True,
    ),
)  # fmt: skip
