"""The AtoZ simulator: a landing zone with AtoZ's folders, anomalies and published figures, and what was planted."""

from etl.simulator.options import Simulation, SimulationOptions
from etl.simulator.simulation import simulate

__all__ = ["Simulation", "SimulationOptions", "simulate"]
