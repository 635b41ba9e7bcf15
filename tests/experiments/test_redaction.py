import pytest

from experiments.redaction import redacted

ENVIRONMENT = {
    "MLFLOW_TRACKING_TOKEN": "s3cret-token",
    "AWS_SECRET_ACCESS_KEY": "abc/def+1",
    "PIN_TOKEN": "1234",
    "HOME": "/root",
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cannot reach https://ann:pass@host:5000/api", "cannot reach https://***@host:5000/api"),
        ("refused s3cret-token of /root", "refused *** of /root"),
        ("key abc/def+1, pin 1234", "key ***, pin 1234"),
        ("mail ann@example.com about https://host/a@b", "mail ann@example.com about https://host/a@b"),
    ],
)
def test_secrets_are_masked_and_nothing_else(text, told):
    assert redacted(text, ENVIRONMENT) == told
