"""Invented people: names as they are in Taiwan, addresses at example.test, numbers nobody has."""

from __future__ import annotations

import random
from dataclasses import dataclass

# ruff: noqa: E501 - lists read better whole

_SURNAMES = (
    "陳 chen,林 lin,黃 huang,張 chang,李 lee,王 wang,吳 wu,劉 liu,蔡 tsai,楊 yang,許 hsu,鄭 cheng,"
    "謝 hsieh,郭 kuo,洪 hung,曾 tseng,邱 chiu,廖 liao,賴 lai,周 chou,徐 hsu,蘇 su,葉 yeh,莊 chuang"
)
_GIVEN = (
    "雅婷 yating,怡君 yichun,志明 chihming,淑芬 shufen,家豪 chiahao,冠宇 kuanyu,宗翰 tsunghan,欣怡 hsinyi,"
    "詩涵 shihhan,承恩 chengen,柏翰 pohan,佳穎 chiaying,俊傑 chunchieh,美玲 meiling,建宏 chienhung,"
    "思妤 szuyu,品妍 pinyen,宇軒 yuhsuan,子晴 tzuching,文彬 wenpin,心瑜 hsinyu,偉倫 weilun,孟潔 mengchieh,"
    "育誠 yucheng,曉雯 hsiaowen,彥廷 yenting,靜宜 chingyi,凱文 kaiwen,安琪 anchi,書豪 shuhao"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    name: str
    email: str
    mobile: str
    nickname: str


class Crowd:
    """A seeded source of different people; no two share an address."""

    def __init__(self, chance: random.Random, mark: str = "") -> None:
        self._chance = chance
        self._mark = mark
        self._count = 0

    def person(self) -> Person:
        """The next person."""
        self._count += 1
        surname, family = self._chance.choice(_SURNAMES.split(",")).split()
        given, called = self._chance.choice(_GIVEN.split(",")).split()
        email = f"{called}.{family}{self._mark}{self._count}@example.test"
        mobile = f"+88690000{self._count % 10_000:04d}"
        return Person(surname + given, email, mobile, called.capitalize())
