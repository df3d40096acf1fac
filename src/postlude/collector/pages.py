"""The few pages that a person may meet behind a link: small, calm, in two languages."""

import base64
import hashlib
import logging
from enum import StrEnum
from html import escape

from postlude.collector.http import Answer

_log = logging.getLogger(__name__)
_STYLE = (
    ":root{color-scheme:light dark;--ink:#1f2933;--soft:#5b6875;--ground:#f5f3ef;--card:#fff;"
    "--line:#e4dfd6;--mark:#2f6f5e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#eceae6;--soft:#a9b0b7;--ground:#17191c;"
    "--card:#202327;--line:#32363c;--mark:#7cc4ae}}"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;"
    "padding:24px;background:var(--ground);color:var(--ink);"
    "font:17px/1.65 system-ui,'Noto Sans TC','PingFang TC','Microsoft JhengHei',sans-serif}"
    "main{max-width:32rem;width:100%;padding:40px 36px;background:var(--card);"
    "border:1px solid var(--line);border-top:4px solid var(--mark);border-radius:10px}"
    "h1{margin:0 0 12px;font-size:1.4rem;line-height:1.35}p{margin:0 0 14px}"
    ".soft{color:var(--soft);font-size:.92rem;margin:0}"
    "button{font:inherit;font-weight:600;padding:11px 22px;border:0;border-radius:8px;"
    "background:var(--mark);color:var(--card);cursor:pointer;margin:6px 0 18px}"
    "button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (
        b"content-security-policy",
        (
            f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ).encode(),
    ),
    (b"x-frame-options", b"DENY"),
    (b"vary", b"accept-language"),
)


class Page(StrEnum):
    """Every page there is."""

    NOT_FOUND = "not_found"
    REVOKED = "revoked"
    EXPIRED = "expired"
    REPLACED = "replaced"
    NOT_READY = "not_ready"
    ASK = "ask"
    DONE = "done"
    NOT_UNDERSTOOD = "not_understood"
    TOO_BIG = "too_big"
    LATER = "later"


_STATUS = {
    Page.NOT_FOUND: 404,
    Page.REVOKED: 410,
    Page.EXPIRED: 410,
    Page.REPLACED: 410,
    Page.NOT_READY: 503,
    Page.ASK: 200,
    Page.DONE: 200,
    Page.NOT_UNDERSTOOD: 400,
    Page.TOO_BIG: 413,
    Page.LATER: 503,
}
_TEXTS: dict[str, dict[Page, tuple[str, str, str]]] = {
    "en": {
        Page.NOT_FOUND: (
            "This link does not work",
            "It may have been cut off when it was copied, or it is very old.",
            "Open it again from the mail, or write to the organiser who sent it.",
        ),
        Page.REVOKED: (
            "This access has ended",
            "The ticket behind this link was refunded or cancelled, so the link was closed.",
            "If you still have a valid ticket, reply to your invitation: the organiser can help.",
        ),
        Page.EXPIRED: (
            "This link has expired",
            "It was made for a limited time, and that time is over.",
            "Open the newest mail from the organiser, or ask them for a new link.",
        ),
        Page.REPLACED: (
            "There is a newer link",
            "This link was replaced by another one, so it was closed.",
            "Open the newest mail from the organiser: the link in it works.",
        ),
        Page.NOT_READY: (
            "Almost there",
            "Your access is being prepared. This usually takes a few minutes.",
            "Please open the link again in a few minutes.",
        ),
        Page.ASK: (
            "Stop these mails?",
            "You will get no more news and offers from this organiser at this address.",
            "Mails about what you bought, such as tickets and receipts, will still come.",
        ),
        Page.DONE: (
            "Done: no more of these mails",
            "You are unsubscribed. Mails that are already on their way may still arrive.",
            "Mails about what you bought, such as tickets and receipts, will still come.",
        ),
        Page.NOT_UNDERSTOOD: (
            "That was not understood",
            "Nothing was changed.",
            "Open the link from the mail again and press the button.",
        ),
        Page.TOO_BIG: ("That was too much", "Nothing was changed.", ""),
        Page.LATER: (
            "One moment, please",
            "We cannot do this right now. Nothing was changed.",
            "Please try again in a minute.",
        ),
    },
    "zh-Hant": {
        Page.NOT_FOUND: (
            "這個連結無法使用",
            "可能是複製時少了一段，或是連結已經太舊了。",
            "請從信件中重新點開，或與寄信的主辦單位聯絡。",
        ),
        Page.REVOKED: (
            "這份使用權已經結束",
            "這個連結所屬的票券已退票或取消，因此連結已關閉。",
            "如果您仍持有有效票券，請直接回覆邀請信，主辦單位會協助您。",
        ),
        Page.EXPIRED: (
            "這個連結已過期",
            "這個連結有使用期限，期限已過。",
            "請點開主辦單位最新寄出的信，或向他們索取新的連結。",
        ),
        Page.REPLACED: (
            "這個連結已有新版",
            "這個連結已由另一個連結取代，因此已關閉。",
            "請點開主辦單位最新寄出的信，使用信中的連結。",
        ),
        Page.NOT_READY: (
            "就快好了",
            "正在為您準備使用權，通常只需要幾分鐘。",
            "請過幾分鐘再點開這個連結。",
        ),
        Page.ASK: (
            "要停止接收這類信件嗎？",
            "這個信箱將不再收到這個主辦單位的消息與優惠。",
            "與您購買內容有關的信件（例如票券與收據）仍會照常寄出。",
        ),
        Page.DONE: (
            "完成：不會再寄這類信件給您",
            "您已取消訂閱。已經寄出的信件可能還會送達。",
            "與您購買內容有關的信件（例如票券與收據）仍會照常寄出。",
        ),
        Page.NOT_UNDERSTOOD: (
            "無法理解這個要求",
            "沒有變更任何設定。",
            "請從信件中重新點開連結，再按下按鈕。",
        ),
        Page.TOO_BIG: ("內容太大", "沒有變更任何設定。", ""),
        Page.LATER: ("請稍候", "目前無法處理，沒有變更任何設定。", "請過一分鐘再試一次。"),
    },
}
_BUTTON = {"en": "Unsubscribe", "zh-Hant": "取消訂閱"}


def language(accept: str) -> str:
    """Return the first language of an Accept-Language header that we have; English otherwise."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        name, _, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        ranked.append((-quality, place, name))
    for quality, _, name in sorted(ranked):
        if quality < 0 and name.split("-")[0] in ("zh", "en"):
            return "zh-Hant" if name.startswith("zh") else "en"
    return "en"


def page(kind: Page, accept_language: str) -> Answer:
    """Return the page in the person's language."""
    chosen = language(accept_language)
    title, text, advice = _TEXTS[chosen][kind]
    # The form posts to the address it stands on: no token is written into the page.
    form = (
        f'<form method="post"><input type="hidden" name="confirm" value="1">'
        f"<button>{_BUTTON[chosen]}</button></form>"
        if kind is Page.ASK
        else ""
    )
    html = (
        f'<!doctype html><html lang="{chosen}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}"
        f'<p class="soft">{escape(advice)}</p></main></body></html>'
    )
    return Answer(_STATUS[kind], html.encode(), _HEADERS)


def failed(error: Exception, accept_language: str) -> Answer:
    """Log that a request has failed, and return what the person behind it sees."""
    # Neither the path (it holds a token) nor the text of the error is logged.
    _log.error("collector failed", extra={"error": type(error).__name__})
    return page(Page.LATER, accept_language)
