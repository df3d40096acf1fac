"""Lines of the two exports, made from a person and what becomes of the order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from postlude.sandbox.sale.columns import ATTENDEE_COLUMNS
from postlude.sandbox.sale.people import Person
from postlude.sandbox.sale.rows import Row

TAIPEI = timezone(timedelta(hours=8))

_FEES = {0: 0, 1290: 77, 1895: 113, 1990: 119, 2790: 167}
_CHOICES: dict[str, tuple[str, ...]] = {
    "Gender": ("0", "1"),
    "Size of T-shirt": ("S", "M", "L"),
    "Dietary": ("Normal / 一般",) * 12 + ("Vegetarian / 素食者", ""),
    "Come From": ("TW",),
    "Age Range": ("A", "B", "C", "D", "E"),
    "Job Title": ("Engineer", "Student", "Data Scientist", "工程師", "研究生", "Researcher"),
    "Company": ("Sample Software Ltd.", "範例大學 資訊工程系", "示範科技", "Freelance"),
    "Years of Using": (
        "Less than a year / 未滿一年",
        "1-5 years / 1-5 年",
        "6-10 years / 6-10 年",
        "",
    ),
    "Area of Interest": ("AI/ML/DL, Data Analytics", "Web Development, DevOps", "Security", ""),
    "(Attend first time)": ("Friends / 朋友介紹", "Facebook", "Others / 其他", ""),
    "Have you ever attended": ("First time / 第一次", "2-4 times / 2-4 次", "5-7 times / 5-7 次"),
    "Have you ever been a": ("No / 否", "Yes / 是"),
    "(For Submitter)": ("非投稿者", "non-submitter", "Friends"),
    "Would you like": ("No / 否", "Yes / 是"),
    "I would like to donate": ("Yes / 是", "No / 否"),
    "I’ve already read": ("Yes / 是",),
    "I'm willing": ("Yes / 是",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one order."""

    state: str
    price: int
    paid: bool = True
    refunded: bool = False


def order_row(no: int, person: Person, at: datetime, plan: Plan, cancelled: datetime) -> Row:
    """One line of the orders export."""
    method = "FREE_ORDER" if plan.price == 0 else "CREDITCARD"
    refund = f"-{plan.price}.0" if plan.refunded else "-0.0"
    done = "已繳費有退款" if plan.refunded else "已繳費"
    return {
        "訂單編號": str(no),
        "票券狀態": plan.state,
        "付款狀態": done if plan.paid else "未繳費",
        "付款時間": _slashed(at) if plan.paid else "",
        "取消時間": _slashed(cancelled) if plan.state == "cancelled" else "",
        "退款時間": _slashed(cancelled + timedelta(days=8)) if plan.refunded else "",
        "付款方式": method if plan.paid else "",
        "購買票券數量": "1",
        "票券總價": str(plan.price),
        "郵資等其他費用": "0",
        "服務費": str(_FEES.get(plan.price, 0) if plan.paid else 0),
        "退票金額": refund,
        "選用的取票方式": "qrcode" if plan.paid else "",
        "取票時間": f"{at:%Y-%m-%d %H:%M:%S} +0800" if plan.paid else "",
        "姓名": person.name,
        "Email": person.email,
        "手機": person.mobile,
    }


def attendee_row(
    chance: random.Random, *, number: int, order: Row, person: Person, ticket: str
) -> Row:
    """One line of the attendee export."""
    row = dict.fromkeys(ATTENDEE_COLUMNS, "")
    for column in ATTENDEE_COLUMNS:
        answers = next((a for start, a in _CHOICES.items() if column.startswith(start)), None)
        if answers is not None:
            row[column] = chance.choice(answers)
    paid_on = order["付款時間"][:10].replace("/", "-")
    return row | {
        "Id": str(int(order["訂單編號"]) - 34_900_000),
        "訂單編號": order["訂單編號"],
        "報名序號": str(number + 1),
        "檢查碼": "".join(chance.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=4)),
        "票種": ticket,
        "票券付款狀態": "paid",
        "QR Code 序號": f"{chance.getrandbits(64):016x}",
        "售出日期": paid_on,
        "票面價格": f"{order['票券總價']}.0",
        "Nickname / 暱稱": person.nickname,
        "聯絡人 姓名": person.name,
        "聯絡人 Email": person.email,
        "聯絡人 手機": person.mobile,
    }


def _slashed(at: datetime) -> str:
    return f"{at:%Y/%m/%d %H:%M:%S}"
