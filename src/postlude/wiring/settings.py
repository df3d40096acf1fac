"""Settings: from the environment only. A missing or wrong one fails at start, with the fix."""

from pathlib import Path

from environs import Env

from postlude.kernel.environment import lookup
from postlude.wiring import databases, keyfile

env = Env()
BASE_DIR = Path(__file__).resolve().parents[1]

POSTLUDE_HOME = Path(env.str("POSTLUDE_HOME", "var")).resolve()
POSTLUDE_PRODUCTION = env.bool("POSTLUDE_PRODUCTION", False)
POSTLUDE_BASE_URL = env.str("POSTLUDE_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
POSTLUDE_ALLOW_SMTP = env.bool("POSTLUDE_ALLOW_SMTP", False)
POSTLUDE_STAMP_FILE = Path(env.str("POSTLUDE_STAMP_FILE", str(POSTLUDE_HOME / "epoch.stamp")))
POSTLUDE_STAMP_REQUIRED = env.bool("POSTLUDE_STAMP_REQUIRED", True)
_warehouse = env.str("POSTLUDE_WAREHOUSE", str(POSTLUDE_HOME / "warehouse.duckdb"))
POSTLUDE_WAREHOUSE = _warehouse if "://" in _warehouse else Path(_warehouse)
POSTLUDE_METRICS_TOKEN = lookup("POSTLUDE_METRICS_TOKEN") or ""
POSTLUDE_COUNTRY_HEADER = env.str("POSTLUDE_COUNTRY_HEADER", "").strip()
POSTLUDE_MAX_BODY = env.int("POSTLUDE_MAX_BODY", 1_000_000)

POSTLUDE_SECRET_KEYS = lookup("POSTLUDE_SECRET_KEYS") or keyfile.read_or_make(
    POSTLUDE_HOME / "keys", make=not POSTLUDE_PRODUCTION
)
SECRET_KEY = lookup("POSTLUDE_SESSION_KEY") or keyfile.session_key(POSTLUDE_SECRET_KEYS)

DEBUG = False
ALLOWED_HOSTS = env.list("POSTLUDE_HOSTS", ["*"] if not POSTLUDE_PRODUCTION else [])

_url = lookup("POSTLUDE_DATABASE_URL") or f"sqlite:///{POSTLUDE_HOME / 'postlude.sqlite3'}"
DATABASES = {"default": databases.settings_of(_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "postlude.wiring.flash.FlashMessagesConfig",
    "django.contrib.staticfiles",
    "postlude.kernel",
    *[
        f"postlude.{room}"
        for room in (
            "orgs people orders activity messages tracking sources channels access rewards rules "
            "journeys popups attribution reports warehouse collector playbooks chatops console"
        ).split()
        if (BASE_DIR / room / "apps.py").exists()
    ],
    "anymail",
    "postlude.wiring",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "postlude.console.middleware.secure_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "postlude.wiring.urls"
WSGI_APPLICATION = "postlude.wiring.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "正體中文"), ("ru", "Русский")]
STATIC_URL = "/static/"
STATIC_ROOT = POSTLUDE_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = POSTLUDE_PRODUCTION
SESSION_ENGINE = "postlude.console.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if POSTLUDE_PRODUCTION else None
CSRF_TRUSTED_ORIGINS = [POSTLUDE_BASE_URL] if POSTLUDE_BASE_URL.startswith("https") else []
DATA_UPLOAD_MAX_MEMORY_SIZE = POSTLUDE_MAX_BODY

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "postlude.kernel.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("POSTLUDE_LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
    },
}
