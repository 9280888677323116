"""A seeded company for benchmarks: 2 years, 20 stores, 2,000 SKUs, 34 regions, a million buyers.

Written as one CSV of order lines per store: `python tests/bench/sales.py FOLDER LINES`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

STORES, SKUS, BUYERS, DAYS = 20, 2_000, 1_000_000, 730
REGIONS = (
    "北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省",
    "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省",
    "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省", "台湾省", "内蒙古自治区",
    "广西壮族自治区", "西藏自治区", "宁夏回族自治区", "新疆维吾尔自治区", "香港特别行政区",
    "澳门特别行政区",
)  # fmt: skip
FIRST = np.datetime64("2024-11-01T00:00:00")
PER_ORDER = np.array([1, 1, 1, 2, 2, 3])  # lines, on average 1.67


def zipf(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    weights = 1 / np.arange(1, n + 1) ** 0.8
    return rng.choice(n, size, p=weights / weights.sum())


def store(rng: np.random.Generator, number: int, lines: int) -> pd.DataFrame:
    """Order lines of one store, newest first as exports are."""
    n = int(lines / PER_ORDER.mean()) + 3
    seconds = np.sort(rng.integers(0, DAYS * 86_400, n))
    created = FIRST + seconds.astype("timedelta64[s]")
    paid = rng.random(n) < 0.9
    shown = pd.Series(created).dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy()
    later = pd.Series(created + rng.integers(5, 900, n).astype("timedelta64[s]"))
    numbers = (
        pd.Series(created).dt.strftime("%y%m%d").to_numpy()
        + "-"
        + np.char.mod("%015d", rng.integers(0, 10**15, n)).astype(object)
    )
    buyers = np.char.mod("buyer%07d", zipf(rng, BUYERS, n)).astype(object)
    orders = np.repeat(np.arange(n), rng.choice(PER_ORDER, n))[:lines]
    sku = zipf(rng, SKUS, len(orders))
    quantity = rng.integers(1, 4, len(orders))
    amount = (500 + sku * 7) * quantity / 100
    back = (rng.random(n) < 0.1)[orders] & paid[orders]
    frame = pd.DataFrame(
        {
            "订单编号": numbers[orders],
            "下单时间": shown[orders],
            "付款时间": np.where(paid, later.dt.strftime("%Y-%m-%d %H:%M:%S"), "")[orders],
            "订单状态": np.where(paid, "交易成功", "等待买家付款")[orders],
            "商家编码": np.char.mod("SKU-%04d", sku),
            "商品名称": np.char.mod("商品%04d 标准装", sku),
            "数量": quantity,
            "实付金额": np.where(paid[orders], amount, 0),
            "退款金额": np.where(back, amount, 0),
            "省份": np.array(REGIONS)[zipf(rng, len(REGIONS), n)][orders],
            "买家会员名": buyers[orders],
        }
    )
    return frame.iloc[::-1]


def write(folder: Path, lines: int, stores: int = STORES) -> list[Path]:
    rng = np.random.default_rng(20261123)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i in range(stores):
        paths.append(folder / f"store{i:02}.csv")
        store(rng, i, lines // stores).to_csv(paths[-1], index=False)
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), *map(int, sys.argv[3:]))
