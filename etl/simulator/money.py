"""Money in whole numbers: amounts in hundredths of a currency, AtoZ's legacy measure in whole rupees.

In doubles 300 x 7 / 100 is 21.000000000000004 and rounds up to 22; in integers it is 21.
"""

from dataclasses import dataclass

from etl.simulator.arrays import Ints


@dataclass(frozen=True)
class Amounts:
    """Amounts of order lines, one element per line.

    Attributes:
        gross: Quantity x unit price, in hundredths of the order's currency.
        discount: Discount rounded up to a whole unit of the order's currency.
        tax: Tax in hundredths of the order's currency.
        net: Gross less discount plus tax, in hundredths of the order's currency.
        legacy: Net at the fixed rates of 2025-10-15, rounded up to a whole rupee.
    """

    gross: Ints
    discount: Ints
    tax: Ints
    net: Ints
    legacy: Ints


def amounts(quantity: Ints, unit_price: Ints, discount_percent: Ints, tax_percent: Ints, fixed_rate: Ints) -> Amounts:
    """Work out a line's amounts.

    Args:
        quantity: Units.
        unit_price: In hundredths of the order's currency.
        discount_percent: Whole percents of gross.
        tax_percent: Whole percents of gross less discount.
        fixed_rate: INR per unit of the order's currency, in hundredths.
    """
    gross = quantity * unit_price
    discount = ceiling(gross * discount_percent, 100 * 100)
    tax = nearest((gross - 100 * discount) * tax_percent, 100)
    net = gross - 100 * discount + tax
    return Amounts(gross, discount, tax, net, ceiling(net * fixed_rate, 100 * 100))


def ceiling(numerator: Ints, denominator: int) -> Ints:
    """Quotient rounded up."""
    return -(-numerator // denominator)


def nearest(numerator: Ints, denominator: int) -> Ints:
    """Quotient of amounts that are not negative, halves rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)
