"""Forecasting: candidates, their rolling-origin backtest, measures and calibration."""
