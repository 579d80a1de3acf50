"""The encoder while it learns: a MiniLM whose tokens speak for themselves, beside their mean.

A question and a passage meet twice: as two vectors, and token by token (late interaction, after
Khattab and Zaharia 2020). Every token of the question looks for its best match in the passage;
how much it counts, and how good the match must be, the model reads off the question itself. What
comes out is a logit: that this passage answers this question.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

TOKEN_SIZE: Final = 96
"""Numbers in a token's vector: fewer than in the text's, because every token is stored."""


class Encoder(nn.Module):
    """Token ids to what `forward` says; `base` is a BERT of transformers."""

    def __init__(self, base: Any) -> None:
        super().__init__()
        self.base = base
        size = base.config.hidden_size
        self.tokens = nn.Linear(size, TOKEN_SIZE, bias=False)
        self.weight = nn.Linear(size, 1)
        self.floor = nn.Linear(size, 1)
        nn.init.orthogonal_(self.tokens.weight)
        for layer in (self.weight, self.floor):
            nn.init.zeros_(layer.weight)
        nn.init.constant_(self.weight.bias, 0.5)
        nn.init.constant_(self.floor.bias, 0.5)
        self.nearness = nn.Parameter(torch.tensor(3.0))
        self.bias = nn.Parameter(torch.tensor(0.0))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """States (texts, tokens, size), token vectors of length 1 (texts, tokens, TOKEN_SIZE),
        weights and floors (texts, tokens), both 0 where there is no token.
        """
        states = self.base(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state.float()
        mask = attention_mask.float()
        tokens = functional.normalize(self.tokens(states), dim=-1) * mask[..., None]
        weight = functional.softplus(self.weight(states))[..., 0] * mask
        floor = torch.tanh(self.floor(states))[..., 0] * mask
        return states, tokens, weight, floor


def mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over tokens, of length 1: from (texts, tokens, size) and a mask (texts, tokens) to
    (texts, size)."""
    summed = (states * mask[..., None].float()).sum(1)
    return functional.normalize(summed, dim=-1)


def logits(
    model: Encoder,
    near: Tensor,
    matches: Tensor,
    weight: Tensor,
    floor: Tensor,
) -> Tensor:
    """Logits (questions, texts) that a text answers a question.

    `near` (questions, texts) are cosines, `matches` (questions, texts, tokens) the best match of
    each of the question's tokens.
    """
    late = (weight[:, None] * (matches - floor[:, None])).sum(-1)
    return model.nearness * (near - 0.5) + late + model.bias


def best_matches(asked: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    """(questions, n, size) and (texts, m, size) to (questions, texts, n): of each token of each
    question the best cosine among the tokens of a text that `mask` (texts, m) lets count.
    """
    cosines = torch.einsum("qnd,tmd->qtnm", asked, tokens)
    return cosines.masked_fill(~mask[None, :, None, :].bool(), -1.0).max(-1).values


def freeze_words(model: Encoder) -> None:
    """Words keep the meaning they have: what is rare in training would otherwise drift."""
    model.base.embeddings.requires_grad_(False)


def load_base(folder: Path) -> Any:
    """A BERT from a folder, in float32."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    return model.float()
