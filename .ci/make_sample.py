"""Write the demo's own data, the same each time: `python .ci/make_sample.py [FOLDER]`.

Two stores' export files as the platforms write them (orders, traffic, ads, scores), and in drop/ what a visitor can send by hand:
the next morning's export, a sheet kept by hand, and a broken file. Everybody in them is invented.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from sample_days import (
    alimama,
    facebook,
    scores,
    shopify_days,
    sycm_products,
    sycm_shop,
)
from sample_orders import FIRST, HK, NEVER, PRODUCTS, TMALL, ZONE, Line, Order, happened

SAMPLE = Path(__file__).parents[1] / "bot" / "sample"
MONDAY = datetime(2026, 11, 23, 8, 40, tzinfo=ZONE)
TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 20, tzinfo=ZONE)
EPOCH = datetime(2026, 1, 1, tzinfo=ZONE)

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
ROMAN = ("Chan", "Wong", "Lee", "Cheung", "Lau", "Ng", "Ho", "Lam", "Leung", "Tsang")
COURIERS = (("中通快递", "ZT"), ("圆通速递", "YT"), ("顺丰速运", "SF"), ("京东物流", "JD"))

# The blanks at the end of some header cells are the platform's own.
TAOBAO_ORDERS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,"
    "联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,"
    "宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,"
    "分阶段订单信息,定金排名,修改后的sku,修改后的收货地址,异常信息,卡券抵扣,积分抵扣,是否是O2O交易,退款金额"
)
TAOBAO_ITEMS = (
    "子订单编号,主订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,商家编码,买家应付货款"
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,"
    "Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,"
    "Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,"
    "Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,"
    "Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name"
)


def main(folder: Path) -> None:
    tmall, hk = happened(TMALL), happened(HK)
    (folder / "drop").mkdir(parents=True, exist_ok=True)
    files = {
        "ExportOrderList202611230840.zip": taobao(tmall, MONDAY),
        "orders_export.zip": archive({"orders_export.csv": shopify(hk, MONDAY)}),
        "shop_days_202611230840.zip": archive(chinese_days(tmall, MONDAY, FIRST)),
        "sessions_202611230840.zip": archive(sessions(hk, MONDAY)),
        "drop/ExportOrderList202611240830.zip": taobao(since(FRIDAY, tmall), TUESDAY),
        "drop/shop_days_202611240830.zip": archive(chinese_days(tmall, TUESDAY, MONDAY.date())),
        "drop/orders_export_1124.csv": shopify(since(FRIDAY, hk), TUESDAY),
        "drop/counter_sales_1122.xlsx": (sheet := xlsx(counter_sales())),
        "drop/broken.xlsx": sheet[: len(sheet) * 2 // 3],  # the end of a ZIP is its index
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        print(f"{len(content):>9,}  {name}")


def chinese_days(orders: list[Order], now: datetime, first: date) -> dict[str, bytes]:
    """What 生意参谋, 阿里妈妈 and 千牛 say of the days until yesterday, as downloaded at `now`."""
    last = now.date() - timedelta(days=1)
    return {
        f"sycm_shop_{now:%Y%m%d%H%M}.csv": sycm_shop(orders, first, last).encode("utf-8-sig"),
        f"sycm_products_{now:%Y%m%d%H%M}.csv": sycm_products(
            orders, max(first, last - timedelta(days=29)), last
        ).encode("utf-8-sig"),
        f"alimama_{now:%Y%m%d%H%M}.csv": alimama(orders, first, last).encode("gb18030"),
        f"dsr_{now:%Y%m%d%H%M}.csv": scores(first, last).encode("gb18030"),
    }


def sessions(orders: list[Order], now: datetime) -> dict[str, bytes]:
    """Shopify's traffic by day and Facebook's ads."""
    last = now.date() - timedelta(days=1)

    def total(order: Order) -> int:
        return shopify_amounts(order)[2]

    return {
        f"sessions_{now:%Y%m%d%H%M}.csv": shopify_days(orders, total, FIRST, last).encode(),
        f"facebook_ads_{now:%Y%m%d%H%M}.csv": facebook(orders, total, FIRST, last).encode(),
    }


def since(start: datetime, orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.created >= start]


def yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


# Taobao and Tmall: two reports, an order a row and an item a row, the newest order first ------


def taobao(orders: Iterable[Order], now: datetime) -> bytes:
    """Both reports as downloaded at `now`, in one ZIP: GB18030, CRLF, numbers as formulas."""
    known = [order for order in orders if order.created <= now][::-1]
    items = (taobao_item(order, n) for order in known for n in range(len(order.lines)))
    return archive({
        f"ExportOrderList{now:%Y%m%d%H%M}.csv": report(
            TAOBAO_ORDERS, (taobao_order(order, now) for order in known)
        ),
        f"ExportOrderDetailList{now:%Y%m%d%H%M}.csv": report(TAOBAO_ITEMS, items),
    })  # fmt: skip


def report(header: str, rows: Iterable[list[str]]) -> bytes:
    """Written without a CSV writer: the platform quotes as it likes, and never escapes."""
    return "".join(f"{line}\r\n" for line in (header, *map(",".join, rows))).encode("gb18030")


def taobao_order(order: Order, now: datetime) -> list[str]:
    """What was refunded is already out of 买家实际支付金额, as in the platform's own report."""
    refunded = order.refunded(now)
    paid = order.payable - refunded if order.paid <= now else 0
    state, why = taobao_state(order, now)
    titles = "，".join(line.product.title for line in order.lines)
    return [
        formula(order_number(order)), f"果友{order.buyer:05}", "***", yuan(order.payable), "0.00",
        "0", yuan(order.payable), "0", yuan(paid), "0", f'"{state}"', "null",
        SURNAMES[order.buyer % 20] + "**", f'"{order.place} ***"', "快递", "\"'\"",
        f'"\'1{"35789"[order.buyer % 5]}{order.buyer % 10}****{order.buyer % 97:04}"',
        stamp(order.created, now), stamp(order.paid, now), formula(titles), str(len(order.lines)),
        *parcel(order, now), "\"'null\"", str(sum(line.quantity for line in order.lines)), "0",
        "果然鲜旗舰店", why, "0.00元", "0元", "", "手机订单", *[""] * 7, "否", yuan(refunded),
    ]  # fmt: skip


def taobao_item(order: Order, n: int) -> list[str]:
    line, number = order.lines[n], order_number(order)
    return [
        formula(number + n + 1 if len(order.lines) > 1 else number), formula(number),
        formula(line.product.title), yuan(line.product.yuan), str(line.quantity),
        "", "", line.product.code, yuan(line.payable),
    ]  # fmt: skip


def parcel(order: Order, now: datetime) -> tuple[str, str]:
    """Waybill and courier; what was refunded before it left was never sent."""
    if order.shipped > now or order.refunded(order.shipped) == order.payable:
        return "", ""
    courier, prefix = COURIERS[order.salt % 4]
    return f"No:{prefix}88{order.salt:08}{order.seq % 1000:03}", courier


def taobao_state(order: Order, now: datetime) -> tuple[str, str]:
    if order.paid > now:
        if order.paid == NEVER and now - order.created > timedelta(hours=24):
            return "交易关闭", "买家未付款"
        return "等待买家付款", "订单未关闭"
    if order.refunded(now) == order.payable:
        return "交易关闭", "退款"
    if order.shipped > now:
        return "买家已付款，等待卖家发货", "订单未关闭"
    if order.done > now:
        return "卖家已发货，等待买家确认", "订单未关闭"
    return "交易成功", "订单未关闭"


def order_number(order: Order) -> int:
    """Nineteen digits: more than a spreadsheet keeps."""
    seconds = int((order.created - EPOCH).total_seconds())
    return (42 * 10**9 + seconds) * 10**8 + order.salt // 10 * 10


def formula(content: int | str) -> str:
    return f'="{content}"'


def stamp(moment: datetime, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment <= now else ""


# Shopify: the order's figures on its first line only ------------------------------------------


def shopify(orders: Iterable[Order], now: datetime) -> bytes:
    """orders_export.csv as downloaded at `now`: UTF-8, a line per item."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SHOPIFY.split(","), lineterminator="\n")
    writer.writeheader()
    for order in orders:
        if order.created <= now:
            head = shopify_head(order, now)
            for line in order.lines:
                writer.writerow(head | shopify_line(order, line, now))
                head = {}
    return out.getvalue().encode()


def shopify_head(order: Order, now: datetime) -> dict[str, str]:
    cut, shipping, total = shopify_amounts(order)
    refunded = order.refunded(now) * (order.payable - cut) // order.payable
    if order.refunded(now) == order.payable:
        refunded = total  # all of it goes back, delivery too
    status = shopify_status(order, refunded, total, now)
    name = f"{ROMAN[order.buyer % 10]} {'ABCDEFGHKLMSTWY'[order.buyer % 15]}."
    code, district = order.place.split(" ", 1)
    province = next(p for p in ("Hong Kong Island", "Kowloon", "New Territories") if p in district)
    where = {
        "Name": name, "Street": "*** Sample Road", "Address1": "*** Sample Road",
        "City": district.removeprefix(province).strip(), "Province": code, "Country": "HK",
        "Phone": f"+852 5*** **{order.buyer % 97:02}", "Province Name": province,
    }  # fmt: skip
    head = {f"{side} {part}": v for side in ("Billing", "Shipping") for part, v in where.items()}
    return head | {
        "Financial Status": status, "Paid at": offset(order.paid, now),
        "Fulfillment Status": "fulfilled" if order.shipped <= now else "unfulfilled",
        "Fulfilled at": offset(order.shipped, now),
        "Accepts Marketing": "yes" if order.buyer % 3 else "no", "Currency": "HKD",
        "Subtotal": yuan(order.payable - cut), "Shipping": yuan(shipping), "Taxes": "0.00",
        "Total": yuan(total), "Discount Code": "FRESH10" if cut else "",
        "Discount Amount": yuan(cut), "Shipping Method": "Chilled delivery",
        "Note Attributes": notes(order),
        "Cancelled at": offset(order.created + timedelta(hours=48), now)
        if status == "voided" else "",
        "Payment Method": "Shopify Payments" if order.salt % 3 else "FPS",
        "Payment Reference": f"c{order.salt:08}.1" if order.paid <= now else "",
        "Refunded Amount": yuan(refunded),
        "Outstanding Balance": yuan(total) if status == "pending" else "0.00",
        "Id": str(5_900_000_000_000 + order.seq * 32768 + order.salt % 32768),
        "Risk Level": "Low", "Source": "web",
    }  # fmt: skip


def shopify_amounts(order: Order) -> tuple[int, int, int]:
    """Discount, delivery, and what the buyer pays."""
    cut = order.payable // 10 if order.salt % 9 == 0 else 0
    shipping = 0 if order.payable >= 40000 else 4000
    return cut, shipping, order.payable - cut + shipping


def shopify_status(order: Order, refunded: int, total: int, now: datetime) -> str:
    if order.paid > now:
        late = order.paid == NEVER and now - order.created > timedelta(hours=48)
        return "voided" if late and order.salt % 3 == 0 else "pending"
    if refunded:
        return "refunded" if refunded == total else "partially_refunded"
    return "paid"


def notes(order: Order) -> str:
    if order.salt % 4:
        return ""
    wanted = order.created + timedelta(days=2)
    return f"Delivery date: {wanted:%Y-%m-%d}\nTime slot: {9 + order.salt % 9}:00"


def shopify_line(order: Order, line: Line, now: datetime) -> dict[str, str]:
    return {
        "Name": f"#{1001 + order.seq}", "Email": f"buyer{order.buyer:05}@example.com",
        "Created at": offset(order.created, now), "Lineitem quantity": str(line.quantity),
        "Lineitem name": line.product.english, "Lineitem sku": line.product.code,
        "Lineitem price": yuan(line.product.dollars), "Lineitem requires shipping": "true",
        "Lineitem taxable": "false", "Vendor": "Orchard HK", "Lineitem discount": "0.00",
        "Lineitem fulfillment status": "fulfilled" if order.shipped <= now else "pending",
    }  # fmt: skip


def offset(moment: datetime, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %z}" if moment <= now else ""


# a sheet somebody keeps by hand ---------------------------------------------------------------


def counter_sales() -> list[list[str | float]]:
    """A title above the header, a total below, ￥, full-width digits and two wrong rows."""
    rng = Random("counter")
    rows: list[list[str | float]] = [["果然鲜 门店手工单 11月22日"], []]
    rows.append(["单号", "下单时间", "商品编码", "商品名称", "数量", "实收金额", "省份"])
    total = 0
    for n in range(1, 13):
        product, quantity = rng.choice(PRODUCTS), rng.choice((1, 1, 1, 2))
        amount = product.yuan * quantity
        total += amount
        moment = f"2026/11/22 {8 + n // 2}:{rng.randrange(10, 60)}"
        rows.append([
            f"MD1122-{n:03}", moment, product.code, product.title,
            "１" if quantity == 1 and n % 4 == 0 else quantity,
            f"￥{yuan(amount)}" if n % 3 else amount / 100, "上海",
        ])  # fmt: skip
    rows.append(["MD1122-013", "2026/11/22 14:45", "D01", "鲜牛奶1L×4", 1, "免单", "上海"])
    rows.append(["MD1122-014", "11月32日", "F02", "蜜薯5斤", 2, 39.8, "上海"])
    rows.append(["合计", "", "", "", "", f"￥{yuan(total + 3980)}"])
    return rows


def xlsx(rows: list[list[str | float]]) -> bytes:
    """The least a workbook needs, with its texts inline."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main_ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packages = "http://schemas.openxmlformats.org/package/2006"
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    data = "".join(f'<row r="{n}">{cells(row, n)}</row>' for n, row in enumerate(rows, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{mime}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet1.xml" ContentType="{mime}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
        f'Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main_ns}" xmlns:r="{kind}"><sheets>'
        '<sheet name="手工单" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="r1" Type="{kind}/worksheet" Target="sheet1.xml"/></Relationships>',
        "xl/sheet1.xml": f'<worksheet xmlns="{main_ns}"><sheetData>{data}</sheetData></worksheet>',
    }
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return archive({name: (declaration + text).encode() for name, text in parts.items()})


def cells(row: list[str | float], n: int) -> str:
    def cell(column: int, value: str | float) -> str:
        place = f'r="{"ABCDEFGHIJ"[column]}{n}"'
        if isinstance(value, str):
            return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c {place}><v>{value}</v></c>"

    return "".join(cell(column, value) for column, value in enumerate(row) if value != "")


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP without the time it was made at."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2026, 11, 23, 8, 40, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16  # on every system alike
            z.writestr(info, content, compresslevel=9)
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
