"""What the rows of the benchmark say together: against the recipe, over real sales, and how well all is covered."""

import numpy as np
import pandas as pd
from prototype import RECIPE

REAL = "Online Retail"
PROTOTYPE = "Prototype "
MIX = "Mix"


def summaries(rows: pd.DataFrame) -> str:
    """The three tables as Markdown."""
    tables = {
        f"{REAL}: SQL, mean over its sets": over_real_sales(rows),
        "Row by row with the prototype's recipe: SQL": against_recipe(rows),
        "Coverage of the 80% interval, pooled": pooled_coverage(rows),
    }
    return "\n".join(f"## {title}\n\n{markdown(table)}\n" for title, table in tables.items() if len(table))


def over_real_sales(rows: pd.DataFrame) -> pd.DataFrame:
    """Each candidate's mean SQL over the sets of real sales that it was run on, and the mix's over the same sets."""
    real = rows[rows["set"].str.startswith(REAL)]
    table = real.pivot(index="candidate", columns="set", values="SQL")
    if MIX not in table.index:
        return pd.DataFrame()
    same = table.notna().mul(table.loc[MIX]).where(table.notna())
    found = pd.DataFrame(
        {"sets": table.notna().sum(axis=1), "mean SQL": table.mean(axis=1), "the mix's there": same.mean(axis=1)}
    )
    return found.sort_values(["sets", "mean SQL"], ascending=[False, True]).round(4).reset_index()


def against_recipe(rows: pd.DataFrame) -> pd.DataFrame:
    """The mix beside the recipe, row by row and in the mean."""
    mix = rows[(rows["candidate"] == MIX) & rows["set"].str.startswith(PROTOTYPE)]
    if mix.empty:
        return pd.DataFrame()
    name = mix["set"].str.removeprefix(PROTOTYPE)
    found = pd.DataFrame({"row": name, "mix": mix["SQL"], "recipe": name.map(RECIPE), "coverage": mix["coverage"]})
    mean = {"row": "mean", **found[["mix", "recipe"]].mean(), "coverage": _pooled(mix)}
    table = pd.concat([found, pd.DataFrame([mean])], ignore_index=True)
    return table.assign(ratio=table["mix"] / table["recipe"]).round(3)


def pooled_coverage(rows: pd.DataFrame) -> pd.DataFrame:
    """The mix's coverage over the values of the sets of each kind, and of all."""
    mix = rows[rows["candidate"] == MIX]
    kinds = {"M4": "M4", REAL: REAL, "simulated": "Simulated", "the prototype's": PROTOTYPE, "sizes": "Size", "all": ""}
    parts = {kind: mix[mix["set"].str.startswith(start)] for kind, start in kinds.items()}
    found = [
        {"sets": kind, "number": len(part), "coverage": _pooled(part), "least": part["coverage"].min(),
         "most": part["coverage"].max()}
        for kind, part in parts.items()
        if len(part)
    ]  # fmt: skip
    return pd.DataFrame(found).round(3)


def _pooled(part: pd.DataFrame) -> float:
    return float(np.average(part["coverage"], weights=part["values"]))


def markdown(table: pd.DataFrame) -> str:
    """A table as Markdown, empty where there is nothing."""
    lines = [f"| {' | '.join(table.columns)} |", f"|{'---|' * table.shape[1]}"]
    lines += [f"| {' | '.join('' if pd.isna(each) else str(each) for each in row)} |" for row in table.to_numpy(object)]
    return "\n".join(lines)
