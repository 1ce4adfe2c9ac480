"""Requests are spread so that no window of GitHub's limits ever overflows."""

from hypothesis import given
from hypothesis import strategies as st

from driftguard.cross_repo.pace import CONTENT, Pacer, Window, send_times


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_three_hundred_consumers_one_after_the_other_stay_within_every_window() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now, clock.sleep)
    for _ in range(300):
        pacer.turn("POST")
        clock.sent.append(clock.now)
    assert most_within(clock.sent, 60) == 80
    assert most_within(clock.sent, 3600) <= 500
    assert clock.now < 240


def most_within(times: list[float], seconds: float) -> int:
    return max((sum(begin <= at < begin + seconds for at in times) for begin in times), default=0)


def test_three_hundred_go_out_in_under_four_minutes_and_within_every_limit() -> None:
    times = send_times(300, 0.0)
    assert times[-1] < 240
    assert most_within(times, 60) <= 80
    assert most_within(times, 3600) <= 500


def test_what_the_hour_cannot_hold_waits_for_the_next() -> None:
    times = send_times(501, 0.0)
    assert times[499] < 3600 <= times[500]


def test_what_was_sent_before_counts() -> None:
    assert send_times(1, 10.0, sent=[0.0] * 80) == [60.0]


@given(
    st.integers(0, 120),
    st.lists(st.integers(-100, 0).map(float), max_size=40),
    st.lists(st.builds(Window, st.sampled_from([1.0, 10.0, 60.0]), st.integers(1, 20)), min_size=1, max_size=3),
)
def test_no_window_overflows_by_what_is_sent_from_now_on(count: int, sent: list[float], windows: list[Window]) -> None:
    times = send_times(count, 0.0, sent, windows)
    assert times == sorted(times)
    for window in windows:
        for at in times:
            within = [other for other in [*sent, *times] if at - window.seconds < other <= at]
            assert len(within) - sum(other < 0 for other in within) <= window.most


def test_the_points_window_counts_a_write_five_times() -> None:
    assert most_within(send_times(400, 0.0, windows=CONTENT[2:]), 60) == 180


@given(st.lists(st.sampled_from(["GET", "GET", "GET", "POST"]), max_size=40), st.integers(1, 40))
def test_reads_and_writes_together_stay_within_the_points(verbs: list[str], times: int) -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now, clock.sleep)
    sent: list[tuple[float, int]] = []
    for verb in verbs * times:
        pacer.turn(verb)
        sent.append((clock.now, 1 if verb == "GET" else 5))
    for begin in {at for at, _ in sent}:
        assert sum(cost for at, cost in sent if begin <= at < begin + 60) <= 900


def test_reads_alone_wait_only_for_the_points() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now, clock.sleep)
    for _ in range(900):
        pacer.turn("GET")
    assert clock.now == 0.0
    pacer.turn("GET")
    assert clock.now == 60.0
