from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import retrieval, size
from benchmarks.errors import BenchmarkFailed
from benchmarks.mixed import Mixer
from benchmarks.pages import between
from benchmarks.public_data import medquad, passages, stackfaq
from benchmarks.size import Found, Large, Searched
from benchmarks.size_tables import report
from index import load_reader

TOPICS = "asthma gout measles migraine anaemia eczema".split()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Public data of the same form, in small."""
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [
        {
            "question": f"What is {topic}?",
            "focus": topic,
            "question_type": "information",
            "answer": f"It is treated by a doctor. People with {topic} often ask number {n}. "
            "Rest helps most of them within a few days.",
            "source": "x",
            "split": split,
        }
        for n, topic in enumerate(TOPICS)
        for split in ("test", "train", "train")
    ]
    with gzip.open(folder / "medquad.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    pairs = [
        {
            "question": f"How is {topic} treated?",
            "answer": [f"A doctor treats {topic} with rest."],
            "rephr": [f"Cure for {topic}", f"{topic} help", "*", None, f"What for {topic}?", topic],
        }
        for topic in TOPICS
    ]
    (folder / "stackfaq.json").write_text(json.dumps({"root": {"qapair": pairs}}))
    return folder


def test_public_data_are_read_without_gaps_and_marks(data: Path) -> None:
    pairs = medquad(data)
    assert sum(pair.test for pair in pairs) == 6
    faq = stackfaq(data)
    assert faq[0].others == ("Cure for asthma", "asthma help", "What for asthma?", "asthma")
    (first,) = passages(faq[:1], "question")
    assert first.title == "How is asthma treated?"
    assert first.questions == (first.title, *faq[0].others)


@pytest.mark.parametrize("program", [retrieval, size])
def test_missing_data_are_named_with_what_to_do(
    program: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(tmp_path / "none"), "--out", str(tmp_path / "out")]
    assert program.main(arguments) == 1  # type: ignore[attr-defined]
    assert "medquad.jsonl.gz is missing; name the folder" in capsys.readouterr().err


def test_figures_are_those_of_the_ranks() -> None:
    assert retrieval.ndcg([0, 1, None]) == pytest.approx(100 * (1 + 1 / np.log2(3)) / 3)
    assert retrieval.ndcg([10]) == 0
    assert retrieval.first([0, 1, None, 0]) == 50


def test_short_run_of_retrieval_asks_every_way(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert retrieval.main(["--data", str(data), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "MedQuAD test, 6 answers, nDCG@10" in lines[0]
    by_way = {line.split(" | ")[0].strip("| "): line for line in lines[2:]}
    assert {"BM25", retrieval.PLAIN, retrieval.OURS, "rank fusion of both"} <= by_way.keys()
    # Six answers on six diseases are told apart by any of them, ours included.
    assert "100.0" in by_way[retrieval.OURS]
    assert (out / "retrieval.png").stat().st_size > 1000
    assert (out / "retrieval.md").read_text().strip().splitlines() == lines


def test_short_run_of_size_builds_and_asks_all_it_compares(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = "--sizes 40 --large 10500 --questions 6 --without-txtai".split()
    assert size.main(["--data", str(data), "--out", str(out), *arguments]) == 0
    text = capsys.readouterr().out
    assert "12 passages are real" in text
    for way in ("HNSW32", "bm25s", "ours without encoding", "10,500", "10,000,000, on paper"):
        assert way in text
    assert "100.0 % of the first ten are the same" in text
    assert (out / "size.png").stat().st_size > 1000


def test_mixed_passages_are_the_same_for_the_same_number_and_fit_their_readings(
    data: Path,
) -> None:
    reader = load_reader()
    real = list(passages(medquad(data)))[:4]
    readings = [reader.read(one.title, one.section, one.sentences) for one in real]
    mixer, again = Mixer(real, iter(readings)), Mixer(real, iter(readings))
    for number in (0, 3, 4, 77):
        passage, read = mixer.passage(number), mixer.reading(number)
        assert passage == again.passage(number)
        np.testing.assert_array_equal(read.vector, again.reading(number).vector)
        assert len(read.sentences) == len(passage.sentences)
        assert set(read.belongs) <= {-1, *range(len(passage.sentences))}
        assert np.linalg.norm(read.vector) == pytest.approx(1, abs=1e-3)
    assert mixer.passage(2) == real[2]
    blocks = np.concatenate(list(mixer.vector_blocks(10, size=3)))
    np.testing.assert_allclose(blocks[:4], mixer.vectors)


def test_ten_millions_are_drawn_on_from_the_last_two_sizes() -> None:
    memory = {"own": 10_000_000, "mapped": 20_000_000}
    more = {name: 10 * value for name, value in memory.items()}
    found = Found(
        10,
        searched={
            10: Searched({"ours": [0.002] * 3, "txtai": [0.02] * 3}, [0.001] * 3, 1, 1, memory)
        },
        large={
            100_000: Large([0.001] * 3, [0.002] * 3, 0.99, memory, memory, 10),
            1_000_000: Large([0.002] * 3, [0.002] * 3, 0.98, more, more, 100),
        },
    )
    text = report(found)
    assert "| 10,000,000, on paper | 4.00 ms | 2.00 ms | – | 1,000 + 2,000 MB |" in text
    assert "| 10 | txtai | 20.00 ms | 20.00 ms | 10.0 |" in text


def test_block_goes_between_its_marks_and_nowhere_else() -> None:
    page = "a\n<!-- size -->\nold\n<!-- end of size -->\nb\n"
    assert between(page, "new", "size") == "a\n<!-- size -->\nnew\n<!-- end of size -->\nb\n"
    with pytest.raises(BenchmarkFailed, match="needs a line <!-- other -->"):
        between(page, "new", "other")
