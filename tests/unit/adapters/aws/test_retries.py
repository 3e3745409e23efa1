import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.adapters.aws.retries import BUDGET, retried
from chalicelib.adapters.deadline import remaining, within
from chalicelib.kernel.errors import Misconfigured, TooManyRequests, Unavailable

pytestmark = pytest.mark.requirement("T11")


def refused(code, status=400):
    said = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, "Query")


LOST = ReadTimeoutError(endpoint_url="http://127.0.0.1")


class Service:
    """Fails as told, and then answers; its clock runs only while somebody sleeps."""

    def __init__(self, *failures, endless=False):
        self.failures = list(failures)
        self.endless = endless
        self.calls = 0
        self.pauses = []

    def __call__(self):
        self.calls += 1
        if self.failures:
            raise self.failures[0] if self.endless else self.failures.pop(0)
        return "answer"

    def clock(self):
        return sum(self.pauses)

    def asked(self):
        return retried(self, "append of Order", sleep=self.pauses.append, clock=self.clock)


@pytest.mark.parametrize(
    "failure",
    [
        LOST,
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
        refused("ProvisionedThroughputExceededException"),
        refused("ThrottlingException"),
        refused("InternalServerError", 500),
        refused("Whatever", 503),
    ],
    ids=repr,
)
class TestPassingFailures:
    def test_are_tried_again(self, failure):
        """
        Three failures and an answer: four calls, and the answer.
        """
        service = Service(failure, failure, failure)

        assert "answer" == service.asked()
        assert 4 == service.calls

    def test_are_tried_within_the_budget(self, failure):
        """
        However long it fails, the pauses stay inside the budget, and there were many tries.
        """
        service = Service(failure, endless=True)

        with pytest.raises(Unavailable, match="append of Order"):
            service.asked()

        assert sum(service.pauses) < BUDGET
        assert service.calls > 5

    def test_leave_time_to_answer_in(self, failure):
        """
        With little time left there is one try, and no pause beyond the deadline.
        """
        service = Service(failure, endless=True)

        with within(0.2), pytest.raises(Unavailable):
            service.asked()

        assert (1, []) == (service.calls, service.pauses)

    def test_are_not_even_met_once_the_time_is_over(self, failure):
        """
        Nobody waits any more: what is not begun is known not to have happened.
        """
        service = Service(failure)

        with within(0), pytest.raises(Unavailable, match="append of Order: the time"):
            service.asked()

        assert 0 == service.calls


class TestFinalFailures:
    @pytest.mark.parametrize(
        ("failure", "kind"),
        [
            (refused("AccessDeniedException"), Misconfigured),
            (refused("ResourceNotFoundException"), Misconfigured),
            (refused("DuplicateItemException"), ClientError),
            (refused("ConditionalCheckFailedException"), ClientError),
            (refused("ValidationException"), ClientError),
        ],
        ids=repr,
    )
    def test_are_not_tried_again(self, failure, kind):
        """
        What another try would not change is told at once.
        """
        service = Service(failure, endless=True)

        with pytest.raises(kind):
            service.asked()

        assert 1 == service.calls

    def test_a_throttle_says_when_to_come_back(self):
        """
        It is a limit, not a breakdown.
        """
        with pytest.raises(TooManyRequests) as limited:
            Service(refused("ThrottlingException"), endless=True).asked()

        assert limited.value.retry_after > 0


class TestAnUnknownOutcome:
    @pytest.mark.parametrize("doubt", [LOST, refused("InternalServerError", 500)], ids=repr)
    @pytest.mark.parametrize(
        "last", [refused("ThrottlingException"), refused("ExpiredTokenException")], ids=repr
    )
    def test_is_not_told_as_a_refusal(self, doubt, last):
        """
        The first try may have been carried out: that the last one was refused does not undo it.
        """
        with pytest.raises(Unavailable, match="outcome is unknown") as told:
            Service(doubt, *[last] * 99).asked()

        assert Unavailable is type(told.value)

    def test_of_a_throttle_there_is_none(self):
        """
        What was throttled has not been carried out, so a refusal behind it is one.
        """
        with pytest.raises(Misconfigured):
            Service(refused("ThrottlingException"), refused("AccessDeniedException")).asked()

    def test_is_for_the_caller_to_settle_where_a_condition_tells(self):
        """
        A key that is taken may be taken by the first try.
        """
        with pytest.raises(ClientError):
            Service(LOST, refused("DuplicateItemException")).asked()


class TestPauses:
    def test_double_and_jitter(self):
        """
        Each pause lies between nothing and twice the bound of the one before, up to a second.
        """
        bounds = [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
        runs = [Service(*[LOST] * len(bounds)) for _ in range(200)]
        for service in runs:
            service.asked()

        longest = [max(pauses) for pauses in zip(*(run.pauses for run in runs), strict=True)]
        assert all(pause <= bound for pause, bound in zip(longest, bounds, strict=True))
        assert all(pause > bound / 2 for pause, bound in zip(longest, bounds, strict=True))
        assert min(min(run.pauses) for run in runs) < 0.005


class TestDeadline:
    def test_is_unbounded_at_first(self):
        """
        A process that nobody waits for has all the time.
        """
        assert float("inf") == remaining()

    def test_the_earlier_one_counts(self):
        """
        Work inside bounded work can't take longer than that.
        """
        with within(10):
            with within(100):
                assert remaining() <= 10
            with within(1):
                assert remaining() <= 1
            assert 1 < remaining() <= 10
