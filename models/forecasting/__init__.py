"""Forecasting: candidates behind one interface, their mix, calibration and measures; the door is ``forecast_panel``."""

from models.forecasting.door import forecast_panel

__all__ = ["forecast_panel"]
