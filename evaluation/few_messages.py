"""The intent component where messages are few: MiniLM is tuned on them, as the safety encoder is.

A regression over vectors that know nothing of the intents is one opinion; encoders tuned on the
messages, each from another seed, are others. Their log-probabilities are averaged, and those of the
regression added. The names of the intents are examples too.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from bot.nlu.intent_model import Options, learn, softmax
from bot.safety.normalise import normalise
from bot.safety.tune import Example, Plan, Tuning
from evaluation.learners import Guess, Guesses, Labelled, Vectors
from index.embedder import default_folder, prepare_environment

PLAN: Final = Plan(epochs=20, rate=1e-4, agreement=1.0, seeds=3)
"""Chosen on BANKING77's training messages outside the ten an intent that are learnt."""


def with_names(messages: Labelled) -> Labelled:
    """The messages and the names of their intents, read as words."""
    intents = sorted({intent for _, intent in messages})
    return [*messages, *((intent.replace("_", " ").lower(), intent) for intent in intents)]


def tuned(messages: Labelled, vectors: Vectors, c: float, plan: Plan = PLAN) -> Guess:
    """Encoders tuned on the messages, and a regression over the untuned one."""
    examples = [Example(normalise(text), intent) for text, intent in with_names(messages)]
    texts = [example.text for example in examples]
    model = learn(texts, vectors.of(texts), [e.intent for e in examples], Options(C=c, letters=0))
    runs = tuned_runs(examples, plan)

    def guess(texts: Sequence[str]) -> Guesses:
        plain = [normalise(text) for text in texts]
        own = np.log(np.maximum(softmax(model.logits(plain, vectors.of(plain))), 1e-9))
        total = own + np.mean([run.log_probabilities(plain) for run in runs], axis=0)
        best = total.max(axis=1).astype(np.float64)
        return Guesses(np.array(model.intents)[total.argmax(axis=1)], best)

    return guess


def tuned_runs(examples: Sequence[Example], plan: Plan, base: Path | None = None) -> list[Tuning]:
    """One tuned encoder a seed, as many at once as there are cores: batches as small as these
    gain little from several cores each. `base` is a BERT's folder, the bundled MiniLM without."""
    plans = [replace(plan, seed=plan.seed + n) for n in range(plan.seeds)]
    workers = min(len(plans), os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        return list(pool.map(partial(_tuned_run, examples, base or default_folder()), plans))


def _tuned_run(examples: Sequence[Example], base: Path, plan: Plan) -> Tuning:
    prepare_environment()
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(1)
    model = AutoModel.from_pretrained(base, add_pooling_layer=False).float()
    tuning = Tuning(model, AutoTokenizer.from_pretrained(base), examples, (), plan, "cpu")
    tuning.run()
    return tuning
