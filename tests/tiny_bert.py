"""A BERT so small that it trains within a test, on words of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make(folder: Path, texts: Iterable[str], size: int = 16, seed: int = 0) -> Path:
    """Saves model and tokenizer, which knows the texts' words and no other, into a folder."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = sorted({word.strip(".,?!:") for text in texts for word in text.lower().split()})
    letters = sorted({letter for word in words for letter in word})
    pieces = [*MARKS, *".,?!:", *words, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = list(dict.fromkeys(pieces))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # more only wait for each other, with so little to do
    # Without dropout a loss can be compared before and after.
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=size,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * size,
        max_position_embeddings=300,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(shape, add_pooling_layer=False).save_pretrained(folder)
    return folder
