"""Tunes a MiniLM on questions to passages."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from index.reading import reading, sentence_of_tokens
from index.tuning.corpus import Alike, Asked, Corpus, MedQuad, Piece
from index.tuning.model import Encoder, best_matches, freeze_words, load_base, logits, mean


@dataclass(frozen=True)
class Plan:
    """How to train. Rates are peak learning rates; a step takes a batch of each kind, or not at
    `every` step. `kept` weighs that questions stay as near to each other as in the base model."""

    steps: int = 1000
    public: int = 10
    public_every: int = 2
    alike: int = 24
    alike_every: int = 2
    kept: float = 5.0
    own: int = 18
    passages: int = 10
    rate: float = 5e-5
    head_rate: float = 1e-3
    question_tokens: int = 48
    passage_tokens: int = 224
    heading_kept: float = 0.8
    temperature: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Texts:
    """Encoded texts: vectors (n, size), token vectors (n, m, TOKEN_SIZE) and what belongs."""

    vectors: Tensor
    tokens: Tensor
    mask: Tensor
    weight: Tensor
    floor: Tensor
    sentence_vectors: Tensor  # (sentences, size), for passages only
    sentence_masks: Tensor  # (sentences, m): the tokens of the heading and of the sentence
    parents: Tensor  # (sentences,): the passage of each


@dataclass(frozen=True)
class Near:
    """Questions of a folder, their cosines to its passages, and the passages' to each other."""

    asked: Sequence[Asked]
    to_passages: Tensor
    between: Tensor

    def passages(self, chance: random.Random, most: int) -> list[int]:
        """A passage at random, those nearest to it, and some at random."""
        count = len(self.between)
        first = chance.randrange(count)
        order = self.between[first].argsort(descending=True).tolist()
        nearest = [int(n) for n in order[: 1 + most // 2]]
        rest = [n for n in range(count) if n not in nearest]
        return nearest + chance.sample(rest, min(len(rest), most - len(nearest)))

    def questions(self, passages: list[int], chance: random.Random, most: int) -> list[Asked]:
        """Questions that the passages answer, and a third that the documents do not answer,
        rather those near to the passages."""
        inside = set(passages)
        yes = [q for q in self.asked if any(n in inside for n, _ in q.answers)]
        near = self.to_passages[:, passages].max(1).values
        no = [n for n, q in enumerate(self.asked) if not q.answers]
        no = chance.sample(no, min(len(no), most))
        no.sort(key=lambda n: -float(near[n]))
        few = [self.asked[n] for n in no[: most // 3]]
        return chance.sample(yes, min(len(yes), most - len(few))) + few


class Trainer:
    """One training; `encoder` is what comes of it."""

    def __init__(self, base: Path, plan: Plan, device: str) -> None:
        from transformers import AutoTokenizer

        torch.manual_seed(plan.seed)
        self.plan, self.device = plan, device
        self.chance = random.Random(plan.seed)
        self.tokenizer = AutoTokenizer.from_pretrained(base)
        self.encoder = Encoder(load_base(base)).to(device)
        self._base_folder = base
        self._belongs: dict[str, Tensor] = {}
        freeze_words(self.encoder)

    def run(self, corpus: Corpus, public: MedQuad | None) -> None:
        heads = [p for n, p in self.encoder.named_parameters() if not n.startswith("base.")]
        body = [p for p in self.encoder.base.parameters() if p.requires_grad]
        plan = self.plan
        optimiser = torch.optim.AdamW(
            [
                {"params": body, "lr": plan.rate, "weight_decay": 0.01},
                {"params": heads, "lr": plan.head_rate, "weight_decay": 0.0},
            ]
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, [plan.rate, plan.head_rate], total_steps=plan.steps, pct_start=0.1
        )
        self._measure(corpus)
        with tqdm(total=plan.steps, unit="step", mininterval=5) as bar:
            for _ in range(plan.steps):
                loss = self._own_loss(corpus)
                if public is not None and bar.n % plan.public_every == 0:
                    loss = loss + self._public_loss(public)
                if corpus.alike and bar.n % plan.alike_every == 0:
                    loss = loss + self._alike_loss(corpus.alike)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                optimiser.zero_grad()
                bar.update()
                if bar.n % 50 == 0:
                    bar.set_postfix(loss=f"{loss.item():.2f}")

    def _own_loss(self, corpus: Corpus) -> Tensor:
        """Some neighbouring passages of a folder, with questions that they answer and others that
        they are only near to."""
        folder = self.chance.choices(*self._folders(corpus))[0]
        near = self._near[folder]
        chosen = near.passages(self.chance, self.plan.passages)
        batch = near.questions(chosen, self.chance, self.plan.own)
        passages = self.passages([corpus.passages[folder][n] for n in chosen])
        asked = self.questions([typed(q.question, self.chance) for q in batch])
        numbers = {
            pair: number
            for number, pair in enumerate(
                (n, m) for n in chosen for m in range(len(corpus.passages[folder][n].sentences))
            )
        }
        places = {n: place for place, n in enumerate(chosen)}
        return own_loss(self.encoder, asked, passages, batch, numbers, places, self.plan)

    def _folders(self, corpus: Corpus) -> tuple[list[str], list[int]]:
        names = [
            name for name in corpus.passages if any(q.folder == name for q in corpus.questions)
        ]
        return names, [sum(q.folder == name for q in corpus.questions) for name in names]

    @torch.no_grad()
    def _measure(self, corpus: Corpus) -> None:
        """What is near to what, as the untuned model sees it."""
        self.encoder.eval()
        self._near = {}
        for folder in self._folders(corpus)[0]:
            mine = [q for q in corpus.questions if q.folder == folder]
            passages = self.passages(corpus.passages[folder]).vectors
            asked = torch.cat(
                [
                    self.questions([q.question for q in mine[n : n + 64]]).vectors
                    for n in range(0, len(mine), 64)
                ]
            )
            self._near[folder] = Near(mine, asked @ passages.T, passages @ passages.T)
        self.encoder.train()

    def _public_loss(self, public: MedQuad) -> Tensor:
        """Each question against the answers of the batch, and one about the same thing."""
        rows = public.sample(self.plan.public, self.chance)
        asked = self.questions([typed(question, self.chance) for question, _, _ in rows])
        others = [(n, other) for n, (_, _, other) in enumerate(rows) if other is not None]
        pieces = [piece for _, piece, _ in rows] + [piece for _, piece in others]
        texts = self._encode(
            [reading(p.title, p.section, p.sentences).text for p in pieces],
            None,
            self.plan.passage_tokens,
        )
        near = asked.vectors @ texts.vectors.T
        z = logits(
            self.encoder,
            near,
            best_matches(asked.tokens, texts.tokens, texts.mask),
            asked.weight,
            asked.floor,
        )
        wanted = torch.arange(len(rows), device=self.device)
        loss = functional.cross_entropy(near / self.plan.temperature, wanted)
        loss = loss + functional.cross_entropy(z, wanted)
        right = z[wanted, wanted]
        loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(
            right, torch.ones_like(right)
        )
        if others:
            rows_of = torch.tensor([n for n, _ in others], device=self.device)
            wrong = z[rows_of, len(rows) + torch.arange(len(others), device=self.device)]
            loss = loss + 0.5 * functional.softplus(wrong).mean()
        return loss

    def _alike_loss(self, alike: Sequence[Alike]) -> Tensor:
        """Two wordings of a question have to be nearer to each other than to any other question,
        those in like words among them."""
        plan = self.plan
        chosen = self.chance.sample(alike, min(plan.alike, len(alike)))
        one, other = zip(*(self.chance.sample(of.questions, 2) for of in chosen), strict=True)
        third = [self.chance.choice(of.lookalikes) for of in chosen if of.lookalikes]
        texts = [typed(text, self.chance) for text in (*one, *other, *third)]
        vectors = self.questions(texts).vectors
        ones, others, thirds = vectors.split([len(chosen), len(chosen), len(third)])
        wanted = torch.arange(len(chosen), device=self.device)
        loss = plan.kept * functional.mse_loss(vectors @ vectors.T, self._near_before(texts))
        for asked, wordings in ((ones, others), (others, ones)):
            near = asked @ torch.cat([wordings, thirds]).T
            loss = loss + functional.cross_entropy(near / plan.temperature, wanted)
        return loss

    @cached_property
    def _untuned(self) -> Any:
        return load_base(self._base_folder).to(self.device).eval()

    @torch.no_grad()
    def _near_before(self, texts: Sequence[str]) -> Tensor:
        """Cosines of questions in the base model, (questions, questions)."""
        given, _ = self._tokens(texts, self.plan.question_tokens)
        vectors = mean(self._untuned(**given).last_hidden_state, given["attention_mask"])
        return vectors @ vectors.T

    def questions(self, texts: Sequence[str]) -> Texts:
        return self._encode(list(texts), None, self.plan.question_tokens)

    def passages(self, pieces: Sequence[Piece]) -> Texts:
        kept = [
            self.chance.random() < self.plan.heading_kept or not self.encoder.training
            for _ in pieces
        ]
        readings = [
            reading(p.title if keep else "", p.section if keep else "", p.sentences)
            for p, keep in zip(pieces, kept, strict=True)
        ]
        return self._encode(
            [one.text for one in readings],
            [one.spans for one in readings],
            self.plan.passage_tokens,
        )

    def _numbered(self, text: str, offsets: Any, spans: Any) -> Tensor:
        """The sentence of each token, kept, because the same passages come at every step."""
        if text not in self._belongs:
            self._belongs[text] = torch.from_numpy(sentence_of_tokens(offsets, spans))
        known = self._belongs[text]
        missing = len(offsets) - len(known)
        return (
            functional.pad(known, (0, missing), value=-2) if missing > 0 else known[: len(offsets)]
        )

    def _tokens(self, texts: Sequence[str], most: int) -> tuple[Any, list[Any]]:
        """What a model takes, and of each text where its tokens stand in it."""
        given = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=most,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_token_type_ids=True,
        )
        offsets = given.pop("offset_mapping").tolist()
        return given.to(self.device), offsets

    def _encode(self, texts: list[str], spans: Any, most: int) -> Texts:
        given, offsets = self._tokens(texts, most)
        autocast = torch.autocast(self.device, dtype=torch.bfloat16)
        with autocast:
            states, tokens, weight, floor = self.encoder(**given)
        mask = given["attention_mask"]
        masks, parents = [], []
        for n, places in enumerate(spans or []):
            number = self._numbered(texts[n], offsets[n], places)
            for m in range(len(places)):
                masks.append((number == m) | (number == -1))
                parents.append(n)
        if masks:
            sentence_masks = torch.stack(masks).to(self.device)
            parent = torch.tensor(parents, device=self.device)
            sentence_vectors = mean(states[parent], sentence_masks)
        else:
            sentence_masks = torch.zeros(0, mask.shape[1], dtype=torch.bool, device=self.device)
            parent = torch.zeros(0, dtype=torch.long, device=self.device)
            sentence_vectors = torch.zeros(0, states.shape[-1], device=self.device)
        return Texts(
            mean(states, mask),
            tokens,
            mask,
            weight,
            floor,
            sentence_vectors,
            sentence_masks,
            parent,
        )


def own_loss(
    model: Encoder,
    asked: Texts,
    passages: Texts,
    batch: Sequence[Asked],
    numbers: dict[tuple[int, int], int],
    places: dict[int, int],
    plan: Plan,
) -> Tensor:
    """`numbers` are the places of sentences among those encoded, `places` of passages."""
    device = asked.vectors.device
    z, near = sentence_logits(model, asked, passages)
    right = torch.zeros_like(z, dtype=torch.bool)
    passage_right = torch.zeros(len(batch), len(passages.vectors), dtype=torch.bool, device=device)
    for row, question in enumerate(batch):
        for pair in question.answers:
            if pair in numbers:
                right[row, numbers[pair]] = True
                passage_right[row, places[pair[0]]] = True
    answered = right.any(1)
    loss = functional.binary_cross_entropy_with_logits(z.max(1).values, answered.float())
    if not answered.any():
        return loss
    near_passages = asked.vectors @ passages.vectors.T
    for scores, truth in (
        (z, right),
        (near / plan.temperature, right),
        (near_passages / plan.temperature, passage_right),
    ):
        loss = loss + _one_of(scores[answered], truth[answered])
    best_right = z.masked_fill(~right, -torch.inf).max(1).values[answered]
    return loss + 0.5 * functional.softplus(-best_right).mean()


def sentence_logits(model: Encoder, asked: Texts, passages: Texts) -> tuple[Tensor, Tensor]:
    """Logits and cosines (questions, sentences)."""
    near = asked.vectors @ passages.sentence_vectors.T
    cosines = torch.einsum("qnd,tmd->qtnm", asked.tokens, passages.tokens)
    matches = (
        cosines[:, passages.parents]
        .masked_fill(~passages.sentence_masks[None, :, None, :], -1.0)
        .max(-1)
        .values
    )
    return logits(model, near, matches, asked.weight, asked.floor), near


def _one_of(scores: Tensor, right: Tensor) -> Tensor:
    """Cross entropy where several are right: one of them suffices."""
    found = scores.masked_fill(~right, -torch.inf).logsumexp(1) - scores.logsumexp(1)
    return -found.mean()


def typed(text: str, chance: random.Random) -> str:
    """The question as a phone might have typed it."""
    if chance.random() < 0.3:
        text = text.lower()
    if chance.random() < 0.2:
        text = text.rstrip("?!. ")
    if chance.random() < 0.3:
        text = _with_slip(text, chance)
        if chance.random() < 0.3:
            text = _with_slip(text, chance)
    return text


def _with_slip(text: str, chance: random.Random) -> str:
    places = [n for n in range(1, len(text) - 1) if text[n - 1 : n + 2].isalpha()]
    if not places:
        return text
    n = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        return text[: n - 1] + text[n] + text[n - 1] + text[n + 1 :]
    if kind == 1:
        return text[:n] + text[n + 1 :]
    if kind == 2:
        return text[:n] + text[n] + text[n:]
    return text[:n] + chance.choice("aeiourstnl") + text[n + 1 :]
