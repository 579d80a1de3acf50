"""What can stop an evaluation.

EvaluationProblem
├── MessagesInvalid   a labelled message or a training file cannot be read
├── ModelUnusable     there is no trained assistant, or it does not load
├── DataMissing       public data was asked for and is not there
└── FileUnusable      the floors or the README are not as expected
"""

from __future__ import annotations


class EvaluationProblem(Exception):
    """The evaluation cannot go on; the message says why and what to do."""


class MessagesInvalid(EvaluationProblem):
    """A labelled message or a training file cannot be read; the message names file and line."""


class ModelUnusable(EvaluationProblem):
    """There is no trained assistant, or it does not load."""


class DataMissing(EvaluationProblem):
    """Public data was asked for and is not there."""


class FileUnusable(EvaluationProblem):
    """The floors or the README are not as expected; the message names the file."""
