"""Backtest the candidates, train the winner, forecast with the champion."""
