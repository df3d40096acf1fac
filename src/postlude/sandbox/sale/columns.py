"""The columns of KKTIX's two exports, in the order of a real one of 2023."""

# ruff: noqa: E501 - the labels are KKTIX's, as long as they are

ATTENDEE_COLUMNS: tuple[str, ...] = (
    "Id",
    "訂單編號",
    "報名序號",
    "檢查碼",
    "票種",
    "票券付款狀態",
    "標籤",
    "QR Code 序號",
    "售出日期",
    "票面價格",
    "Nickname / 暱稱",
    "Gender / 生理性別",
    "提醒填寫正確的衣服尺寸",
    (
        "Size of T-shirt / 衣服尺寸 (For tickets with t-shirt should fill "
        "in this field / 票種有含紀念衣服需填寫)"
    ),
    "Dietary Preference / 飲食偏好",
    "Come From / 國家或地區",
    "Age Range / 年齡區間",
    'Job Title / 職稱 (If you are a student, fill in "student" / 如果您是「學生」，請填寫「student」)',
    (
        "Company  / 服務單位 (For students or teachers, fill in the "
        "School + Department Name / 學校單位請填寫學校及系所名稱)"
    ),
    "Years of Using Python / 使用 Python 多久",
    "Area of Interest / 興趣領域",
    "(Attend first time) How did you know XXX? / (初次參與) 如何得知 XXX？",
    "Have you ever attended XXX? / 您是否曾參加 XXX？",
    "Have you ever been a XXX volunteer? / 是否曾擔任過 XXX 志工？",
    "徵稿資訊管道",
    (
        "(For Submitter) How did you know the CfP information of "
        "PyCon Taiwan? / (投稿者) 你是怎麼得知 PyCon Taiwan 徵稿資訊？(If you are "
        'NOT submitter, fill in "non-submitter" / 如果您沒有投稿，請填寫「非投稿者」)'
    ),
    "Would you like to receive an email from sponsors? / 是否願意收到贊助商轉發的電子郵件？",
    (
        "I would like to donate invoice to Open Culture Foundation / "
        "我願意捐贈發票給開放文化基金會 (Ref: https://reurl.cc/ZQ6VY6)"
    ),
    "個人資料保護聲明",
    "I’ve already read and I accept the Privacy Policy of XXX / 我已閱讀並同意 XXX 個人資料保護聲明",
    "行為準則",
    "I'm willing to comply with the XXX CoC / 我願意遵守 XXX 行為準則",
    "聯絡人 姓名",
    "聯絡人 Email",
    "聯絡人 手機",
    "Attendance Book",
    "(Attend first time) How did you know PyCon TW 2023? / (初次參與) 如何得知 PyCon TW 2023？",
    (
        "I’ve already read and I accept the Privacy Policy of PyCon "
        "TW 2023 / 我已閱讀並同意 PyCon TW 2023 個人資料保護聲明"
    ),
    "Have you ever been a PyCon TW volunteer? / 是否曾擔任過 PyCon TW 志工？",
    "Have you ever attended PyCon TW? / 您是否曾參加 PyCon TW？",
    "I'm willing to comply with the PyCon TW 2023 CoC / 我願意遵守 PyCon TW 2023 行為準則",
)

ORDER_COLUMNS: tuple[str, ...] = (
    "訂單編號",
    "票券狀態",
    "付款狀態",
    "付款時間",
    "取消時間",
    "退款時間",
    "付款方式",
    "購買票券數量",
    "票券總價",
    "郵資等其他費用",
    "服務費",
    "退票金額",
    "選用的取票方式",
    "取票時間",
    "姓名",
    "Email",
    "手機",
)

# Columns that are not answers to the form.
FIXED_COLUMNS = frozenset(
    {
        "Id",
        "訂單編號",
        "報名序號",
        "檢查碼",
        "票種",
        "票券付款狀態",
        "QR Code 序號",
        "售出日期",
        "票面價格",
        "Attendance Book",
        "聯絡人 姓名",
        "聯絡人 Email",
        "聯絡人 手機",
    }
)
