"""Forecasting and attribution: plain pandas in and out, no engine session and no tracking client."""
