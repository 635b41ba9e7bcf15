"""What AtoZ sells: categories, brands, products, and a product's price in each country and month."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from etl.simulator.arrays import Floats, Ints, places, random_stream
from etl.simulator.geography import COUNTRIES


@dataclass(frozen=True)
class Category:
    """A category and how it sells.

    Attributes:
        code: The code after AtoZ's rules.
        name: The name in the category file.
        share: Share of all order lines.
        price: Median list price in India in 2025, INR.
        extra_units: Mean number of units beyond the first on a line.
        tax_percent: Tax on what is paid, in percent.
        promotion_percent: Discount of the category's weekly promotions, in percent.
        products: Number of products.
        materials: What its products are made of.
    """

    code: str
    name: str
    share: float
    price: float
    extra_units: float
    tax_percent: int
    promotion_percent: int
    products: int
    materials: tuple[str, ...]


CATEGORIES = (
    Category("GRCY", "Grocery", 0.20, 860, 1.2, 0, 5, 240, ("Paper", "Glass", "Plastic")),
    Category("BKS", "Books", 0.12, 690, 0.3, 0, 10, 220, ("Paper",)),
    Category("TOY", "Toys", 0.13, 2_050, 0.3, 5, 8, 160, ("Plastic", "Wood", "Rubber", "Cotton")),
    Category("ELEC", "Electronics", 0.12, 16_500, 0.06, 5, 7, 150, ("Aluminum", "Plastic", "Glass")),
    Category("FSHN", "Fashion", 0.18, 3_200, 0.2, 5, 15, 260, ("Cotton", "Polyester", "Leather", "Wool")),
    Category("HOME", "Home and Kitchen", 0.12, 4_650, 0.15, 5, 10, 180, ("Aluminum", "Steel", "Wood", "Cotton")),
    Category("BTY", "Beauty", 0.08, 2_500, 0.3, 18, 12, 130, ("Plastic", "Glass")),
    Category("SPRT", "Sports", 0.05, 5_000, 0.1, 12, 8, 110, ("Rubber", "Aluminum", "Polyester")),
)

BRANDS_PER_CATEGORY = 9
BRAND_BEGINNINGS = ("Aran", "Bel", "Cora", "Deva", "Elm", "Fara", "Garn", "Hima", "Indra", "Jova", "Kavi", "Luma")
BRAND_ENDINGS = ("ta", "ro", "vik", "nest", "mart", "ly", "works")
PRICE_SPREAD = 0.40  # standard deviation of log price inside a category
POPULARITY_EXPONENT = 0.8  # Zipf's: the k-th most popular product sells in proportion to k ** -0.8
YEARLY_PRICE_CHANGE = 0.04  # mean of a product's yearly revision
REVISION_SPREAD = 0.02
REVISION_MONTHS = (1, 2, 3, 4, 5, 6)  # prices are revised in the first half of the year only


@dataclass(frozen=True)
class Catalogue:
    """Products as columns, one element per product.

    Attributes:
        category: Position in ``CATEGORIES``.
        brand: Position in ``brand_names``.
        price: List price in India in late 2025, INR.
        revision: Relative price change at each yearly revision.
        revision_month: Month of the year in which the price is revised.
        popularity: Cumulated popularity; products of category k lie between k and k + 1.
        brand_names: Name of each brand.
        brand_codes: Code of each brand after AtoZ's rules.
    """

    category: Ints
    brand: Ints
    price: Floats
    revision: Floats
    revision_month: Ints
    popularity: Floats
    brand_names: tuple[str, ...]
    brand_codes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of products."""
        return len(self.category)


def build_catalogue(seed: int) -> Catalogue:
    """Draw brands and products."""
    generator = random_stream(seed, "catalogue")
    counts = np.array([category.products for category in CATEGORIES])
    category = np.repeat(np.arange(len(CATEGORIES)), counts)
    medians = np.array([item.price for item in CATEGORIES])[category]
    names, codes = _brands()
    return Catalogue(
        category=category,
        brand=category * BRANDS_PER_CATEGORY + generator.integers(0, BRANDS_PER_CATEGORY, len(category)),
        price=medians * np.exp(PRICE_SPREAD * _standard_scores(generator, counts)),
        revision=generator.normal(YEARLY_PRICE_CHANGE, REVISION_SPREAD, len(category)),
        revision_month=generator.choice(REVISION_MONTHS, len(category)),
        popularity=_cumulated_popularity(counts),
        brand_names=names,
        brand_codes=codes,
    )


def draw_products(generator: np.random.Generator, catalogue: Catalogue, category: Ints) -> Ints:
    """A product for each line of the given category, popular ones more often."""
    return places(catalogue.popularity, category + generator.random(len(category)))


def draw_categories(generator: np.random.Generator, weights: Floats) -> Ints:
    """A category for each row of ``weights``, shape (lines, categories)."""
    cumulative = np.cumsum(weights, axis=1)
    target = generator.random(len(weights)) * cumulative[:, -1]
    category: Ints = (target[:, None] >= cumulative).sum(axis=1)
    return category


def price_table(catalogue: Catalogue, year: int, month: int) -> Ints:
    """List prices in a month, shape (products, countries), in hundredths of each country's currency."""
    revisions = year - 2025 - (month < catalogue.revision_month)
    in_inr = catalogue.price * (1 + catalogue.revision) ** revisions
    return np.stack([_local_price(in_inr * item.price_level, item.fixed_rate) for item in COUNTRIES], axis=1)


def _local_price(in_inr: Floats, fixed_rate: int) -> Ints:
    """Whole rupees in India, prices ending on .99 elsewhere."""
    units = np.maximum(1, np.rint(in_inr * 100 / fixed_rate)).astype(np.int64)
    return units * 100 if fixed_rate == 100 else units * 100 - 1


def _standard_scores(generator: np.random.Generator, counts: Ints) -> Floats:
    """Normal scores spread evenly inside each category, in random order, so that no seed has dearer goods."""
    normal = NormalDist()
    scores = [[normal.inv_cdf((rank + 0.5) / count) for rank in range(count)] for count in counts]
    return np.concatenate([generator.permutation(np.array(score)) for score in scores])


def _cumulated_popularity(counts: Ints) -> Floats:
    """Popularity cumulated inside each category; category k's products end at k + 1."""
    shares = [np.arange(1, count + 1) ** -POPULARITY_EXPONENT for count in counts]
    return np.concatenate([position + np.cumsum(share) / share.sum() for position, share in enumerate(shares)])


def _brands() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Brand names, and codes made of the category's and a number."""
    total = BRANDS_PER_CATEGORY * len(CATEGORIES)
    names = tuple(_brand_name(position) for position in range(total))
    codes = tuple(
        f"{category.code[:3]}{number + 1:02d}" for category in CATEGORIES for number in range(BRANDS_PER_CATEGORY)
    )
    return names, codes


def _brand_name(position: int) -> str:
    beginning = BRAND_BEGINNINGS[position % len(BRAND_BEGINNINGS)]
    return beginning + BRAND_ENDINGS[position // len(BRAND_BEGINNINGS)]
