"""Run folders: their records, metric logs and figures."""
