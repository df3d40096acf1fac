"""What the columns of an export are called, in the years and languages seen.

A header is folded (case, blanks, punctuation) before it is compared, so `Order Number`,
`order_number` and `ORDER NO.` need no entries of their own.
"""

import re
import unicodedata

ATTENDEE = {
    "id": ("Id", "Attendee Id", "參加者編號"),
    "order_number": ("訂單編號", "Order Number", "Order No", "Order Id", "訂單號碼"),
    "reg_no": ("報名序號", "Registration Number", "Registration No", "Reg No", "Serial Number"),
    "ticket_type": ("票種", "Ticket Type", "Ticket Name", "Ticket", "票券種類"),
    "payment": ("票券付款狀態", "付款狀態", "Payment Status", "Ticket Payment Status"),
    "sold_at": ("售出日期", "Sold Date", "Sold At", "Paid Date", "付款日期"),
    "price": ("票面價格", "Price", "Ticket Price", "Face Value", "票價"),
    "name": ("聯絡人 姓名", "Contact Name", "Contact Person Name"),
    "email": ("聯絡人 Email", "Contact Email", "Contact Person Email", "聯絡人 電子郵件"),
    "phone": ("聯絡人 手機", "Contact Mobile", "Contact Phone", "Contact Cell Phone"),
}
ATTENDEE_NEEDED = ("id", "order_number", "ticket_type", "payment", "price", "email")
# Columns of KKTIX itself that no buyer has answered.
ATTENDEE_OWN = (
    "檢查碼",
    "Check-in Code",
    "Checkin Code",
    "QR Code 序號",
    "QR Code",
    "QR Code Serial Number",
    "Attendance Book",
)

ORDER = {
    "number": ("訂單編號", "Order Number", "Order No", "Order Id", "訂單號碼"),
    "state": ("票券狀態", "Ticket Status", "Order Status", "State"),
    "payment": ("付款狀態", "Payment Status"),
    "paid_at": ("付款時間", "Paid At", "Payment Time", "Paid Time"),
    "cancelled_at": ("取消時間", "Cancelled At", "Canceled At", "Cancel Time"),
    "refunded_at": ("退款時間", "Refunded At", "Refund Time"),
    "method": ("付款方式", "Payment Method"),
    "refunded": ("退票金額", "Refund Amount", "Refunded Amount"),
    "name": ("姓名", "Name", "Contact Name"),
    "email": ("Email", "電子郵件", "Contact Email"),
    "phone": ("手機", "Mobile", "Phone", "Contact Mobile"),
}
ORDER_NEEDED = ("number", "state", "payment")

PAID = frozenset(
    {"paid", "paid with refund", "yes", "true", "1", "free"}
    | {"已繳費", "已繳費有退款", "已付款", "免費"}
)
UNPAID = frozenset({"", "unpaid", "未繳費", "未付款", "not", "no", "false", "0", "pending"})
ALIVE = frozenset({"activated", "active", "已啟用", "有效"})
CANCELLED = frozenset({"cancelled", "canceled", "已取消", "取消", "refunded", "已退票", "已退款"})


def fold(header: str) -> str:
    """Return a header without case, blanks and punctuation."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\W_]+", "", text)


def find(header: list[str], names: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the place of each known column; of two that fit, the first spelling wins."""
    places: dict[str, int] = {}
    folded = [fold(cell) for cell in header]
    for key, spellings in names.items():
        for spelling in spellings:
            if fold(spelling) in folded:
                places[key] = folded.index(fold(spelling))
                break
    return places
