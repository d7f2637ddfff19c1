"""The payments: authorisations, captures, refunds, and the accounts behind them."""
