"""The evidence for the safety gate: labelled messages, figures with intervals, a report."""
