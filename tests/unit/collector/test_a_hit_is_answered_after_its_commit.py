import asyncio
import threading

from postlude.collector.commits import MOST_IN_GROUP, GroupCommit


def run(write, count: int) -> list[bool]:
    commits: GroupCommit[int] = GroupCommit(write, at_end=lambda: None)

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(commits.put(n) for n in range(count)))

    try:
        return asyncio.run(all_of_them())
    finally:
        commits.close()


def test_many_hits_share_few_commits_and_none_is_lost():
    groups: list[list[int]] = []

    answers = run(lambda items: groups.append(list(items)), 1000)

    assert all(answers)
    assert list(range(1000)) == [n for group in groups for n in group]
    assert max(len(group) for group in groups) <= MOST_IN_GROUP
    assert len(groups) < 100


def test_no_answer_comes_before_the_commit_has_ended():
    may_end, answered = threading.Event(), threading.Event()

    def write(_: object) -> None:
        may_end.wait(5)

    commits: GroupCommit[int] = GroupCommit(write, at_end=lambda: None)

    async def one() -> bool:
        task = asyncio.create_task(commits.put(1))
        await asyncio.sleep(0.05)
        assert not task.done()
        may_end.set()
        answered.set()
        return await task

    assert asyncio.run(one())
    commits.close()


def test_a_commit_that_fails_once_is_tried_again():
    tries: list[int] = []

    def write(items: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError

    assert run(write, 1) == [True]


def test_hits_that_cannot_be_kept_are_said_to_be_lost():
    def write(_: object) -> None:
        raise OSError

    assert run(write, 3) == [False] * 3
