"""How often AtoZ's files hold each of their anomalies. Every rule of Silver recovers the value that was meant."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class DirtRates:
    """Shares of the values that are spoiled; of lines, orders or rows as each says.

    Attributes:
        word_quantity: Quantities of two written as ``Two``.
        dollar_price: Prices with a dollar sign.
        percent_sign: Discounts with a percent sign.
        tax_symbol: Taxes with a stray symbol.
        other_timestamp: Orders stamped ``dd-MM-yyyy HH:mm``.
        short_channel: Lines whose channel is ``web`` or ``app``.
        untidy_coupon: Coupons with spaces or in mixed case.
        untidy_currency: Currency codes with spaces or in lower case.
        repeated_line: Lines written twice.
        corrected_line: Lines that follow an earlier, wrong version in the same file.
        late_correction: Lines of the day before whose right version comes a file later.
        padded_name: Brand names with spaces around.
        symbol_in_code: Brand codes with characters that are neither letters nor digits.
        written_out_code: Category codes of brands written out.
        repeated_category: Categories repeated in another case.
        gram_weight: Weights with their unit.
        comma_length: Lengths with a decimal comma.
        lower_code: Codes of products in lower case.
        misspelt_material: Materials misspelt.
        negative_rating: Rating counts with a minus sign.
        missing_rating: Rating counts left out.
        missing_phone: Phones left out.
        nameless_customer: Rows without a customer_id, per customer.
        repeated_day: Days of the calendar written twice.
        untidy_day_name: Day names in another case.
        negative_week: Weeks with a minus sign.
        missing_rate_day: Working days without exchange rates.
        missing_rate_weekend: Weekend days without exchange rates.
        unknown_return: Returns of an order nobody placed, per return.
        excess_return: Returns of more than was sold.
    """

    word_quantity: float = 0.010
    dollar_price: float = 0.005
    percent_sign: float = 0.008
    tax_symbol: float = 0.004
    other_timestamp: float = 0.050
    short_channel: float = 0.030
    untidy_coupon: float = 0.060
    untidy_currency: float = 0.005
    repeated_line: float = 0.002
    corrected_line: float = 0.0005
    late_correction: float = 0.0005
    padded_name: float = 0.10
    symbol_in_code: float = 0.08
    written_out_code: float = 0.30
    repeated_category: float = 0.40
    gram_weight: float = 0.30
    comma_length: float = 0.05
    lower_code: float = 0.05
    misspelt_material: float = 0.10
    negative_rating: float = 0.02
    missing_rating: float = 0.02
    missing_phone: float = 0.02
    nameless_customer: float = 300 / 302_000
    repeated_day: float = 0.02
    untidy_day_name: float = 0.20
    negative_week: float = 0.03
    missing_rate_day: float = 0.01
    missing_rate_weekend: float = 0.90
    unknown_return: float = 0.002
    excess_return: float = 0.003

    def times(self, multiplier: float) -> "DirtRates":
        """All rates times a multiplier, at most one half but for the rates that are larger from the start."""
        scaled = {item.name: _scaled(getattr(self, item.name), multiplier) for item in fields(self)}
        return DirtRates(**scaled)


def _scaled(rate: float, multiplier: float) -> float:
    return min(rate * multiplier, max(rate, 0.5))
